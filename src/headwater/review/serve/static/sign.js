// Statements, signed by a passkey: canonical JSON (RFC 8785), DSSE's encoding, and an assertion over its digest.
const encoder = new TextEncoder();
const TYPE = "application/vnd.in-toto+json";

export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
export const hex = (bytes) => [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
export const digestOf = async (text) => hex(await sha256(encoder.encode(text)));

export function base64(bytes) {
  let text = "";
  for (const one of bytes) text += String.fromCharCode(one);
  return btoa(text);
}
export const base64url = (bytes) => base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
export const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  // Without an argument, keys are sorted by UTF-16 code units, as RFC 8785 wants.
  const pairs = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${pairs.join(",")}}`;
}

export async function assertion(challenge, options) {
  const made = await navigator.credentials.get({ publicKey: { challenge, timeout: 120000, ...options } });
  const { authenticatorData, clientDataJSON, signature } = made.response;
  const value = {
    authenticatorData: base64url(new Uint8Array(authenticatorData)),
    clientDataJSON: base64url(new Uint8Array(clientDataJSON)),
    signature: base64url(new Uint8Array(signature)),
  };
  return { credential: hex(new Uint8Array(made.rawId)), value: canonical(value) };
}

// The page composes what is signed, so a server cannot put other words into it.
export async function envelope(statement, key) {
  const payload = encoder.encode(canonical(statement));
  const head = encoder.encode(`DSSEv1 ${TYPE.length} ${TYPE} ${payload.length} `);
  const signed = new Uint8Array(head.length + payload.length);
  signed.set(head);
  signed.set(payload, head.length);
  const { value } = await assertion(await sha256(signed), {
    rpId: key.rp_id,
    allowCredentials: [{ type: "public-key", id: unhex(key.credential) }],
    userVerification: "discouraged",
  });
  const signatures = [{ keyid: key.id, sig: base64(encoder.encode(value)) }];
  return JSON.stringify({ payload: base64(payload), payloadType: TYPE, signatures });
}

export function retraction(statement, now_s) {
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "judgement", digest: { sha256: statement } }],
    predicateType: "https://headwater.readthedocs.io/spec/human-judgement-retraction/v1",
    predicate: { nonce: hex(crypto.getRandomValues(new Uint8Array(16))), retracted_s: now_s },
  };
}

export async function post(path, csrf, body) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.hint ? `${told.error}: ${told.hint}` : told.error);
  return told;
}

export async function get(path) {
  const answer = await fetch(path);
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.hint ? `${told.error}: ${told.hint}` : told.error);
  return told;
}

export function say(text, { bad = false } = {}) {
  const place = document.getElementById("status");
  place.textContent = text;
  place.classList.toggle("bad", bad);
}
