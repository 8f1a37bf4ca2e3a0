// Signing in and joining by passkey.
import { assertion, base64url, post, say, sha256, unhex } from "./sign.js";

const button = document.getElementById("passkey"), form = document.getElementById("join");
const encoder = new TextEncoder();

async function signIn() {
  const { challenge, rp } = button.dataset;
  const asked = await sha256(encoder.encode(`headwater-review-sign-in-1 ${challenge}`));
  const { credential, value } = await assertion(asked, { rpId: rp, userVerification: "preferred" });
  await post("/sign-in/passkey.json", "", { challenge, credential, assertion: value });
}

async function join() {
  const { challenge, creation, rp, origin } = form.dataset, name = form.elements.name.value.trim().toLowerCase();
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: unhex(creation),
      rp: { id: rp, name: origin },
      user: { id: crypto.getRandomValues(new Uint8Array(32)), name, displayName: name },
      // ES256, EdDSA, RS256.
      pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: { residentKey: "required", userVerification: "preferred" },
      attestation: "none",
      timeout: 120000,
    },
  });
  const id = base64url(new Uint8Array(made.rawId));
  const response = {
    attestationObject: base64url(new Uint8Array(made.response.attestationObject)),
    clientDataJSON: base64url(new Uint8Array(made.response.clientDataJSON)),
  };
  const registration = JSON.stringify({ id, rawId: id, type: "public-key", response });
  await post("/join/passkey.json", "", { code: form.elements.code.value, name, challenge, registration });
}

button?.addEventListener("click", async () => {
  if (form && !form.elements.name.reportValidity()) return;
  try {
    await (form ? join() : signIn());
    location.assign("/");
  } catch (error) {
    say(`Not done: ${error.message}`, { bad: true });
  }
});
