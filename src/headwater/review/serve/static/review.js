// The review screen with script: the next document is there before it is asked for.
import { $, NAMES, fields, fill, listen, paint, restart, wantsMarks } from "./ballot.js";
import { envelope, get, post, retraction, say } from "./sign.js";

const signs = $("desk").dataset.signs, form = $("ballot");
// Items as the server handed them out; those whose votes are on their way are `gone` from the screen already.
let page = null, items = [], busy = false, sending = Promise.resolve(), known = {}, onScreen;
const gone = new Set();

async function refresh() {
  const whole = new URLSearchParams(location.search).get("whole") === "1" ? "&whole=1" : "";
  page = await get(`/review.json?hold=2${whole}`);
  const arrived = performance.now();
  items = page.items.filter((one) => !gone.has(one.token)).map((one) => known[one.token] ?? { ...one, arrived });
  known = Object.fromEntries(items.map((one) => [one.token, one]));
  showLast(page.last);
}

function show(item) {
  onScreen = item?.token;
  const place = $("document");
  place.classList.toggle("empty", !item);
  form.hidden = !item;
  if ($("cut")) $("cut").hidden = !item?.n_hidden;
  place.lang = item?.language ?? "en";
  if (!item) {
    place.textContent = "Nothing is left for you: every document has its votes, or is with somebody else. Thank you.";
    return;
  }
  const parts = item.segments.map(([text, passage]) => {
    if (passage === null) return document.createTextNode(text);
    const span = document.createElement("span");
    span.className = "passage";
    span.dataset.passage = passage;
    span.textContent = text;
    return span;
  });
  place.replaceChildren(...parts);
  place.scrollTop = 0;
  window.scrollTo(0, 0);
  form.reset();
  form.elements.token.value = item.token;
  for (const one of form.querySelectorAll("details")) one.open = false;
  const marks = form.querySelector(".marks");
  marks.replaceChildren(marks.querySelector("legend"), ...item.passages.map((passage, at) => {
    const label = document.createElement("label"), box = document.createElement("input"), text = document.createElement("bdi");
    box.type = "checkbox"; box.name = "passage"; box.value = String(at);
    text.dir = "auto"; text.lang = item.language; text.textContent = passage.snippet;
    label.append(box, " ", text);
    return label;
  }));
  paint();
  restart();
  place.focus({ preventScroll: true });
}

function showLast(last) {
  $("last").hidden = !last;
  if (!last) return;
  $("last-label").textContent = NAMES[last.label];
  $("last-excerpt").textContent = last.excerpt;
  $("last-excerpt").lang = last.language;
  $("undo").elements.statement.value = last.statement;
  const list = document.createElement("dl");
  list.className = "facts";
  for (const [name, value] of Object.entries(last.known)) {
    if (value === null) continue;
    const row = document.createElement("div"), term = document.createElement("dt"), told = document.createElement("dd");
    term.textContent = name.replaceAll("_", " ");
    told.textContent = typeof value === "object" ? Object.entries(value).map((pair) => pair.join(" ")).join(", ") : value;
    row.append(term, told);
    list.append(row);
  }
  $("last-known").replaceChildren(list);
}

async function vote(label) {
  const item = items[0];
  if (!item || wantsMarks(label)) return;
  // A passkey asks its owner; the next document waits for that, and for nothing else.
  const body = signs === "passkey" ? { envelope: await envelope(await fill(item, label), page.key) } : fields(item, label);
  const path = signs === "passkey" ? "/review/cast.json" : "/review/vote.json";
  items.shift();
  gone.add(item.token);
  const kept = sending.then(() => send(path, { ...body, token: item.token }, item));
  sending = kept;
  // The next one is nearly always here; whoever is faster than the line waits for it.
  if (!items[0] && !(await kept)) return;
  if (onScreen !== items[0]?.token) show(items[0]);
  say(items[0] ? `Voted: ${NAMES[label]}. Next document.` : `Voted: ${NAMES[label]}.`);
}

async function send(path, body, item) {
  try {
    await post(path, page.csrf, body);
    await refresh();
    if (onScreen !== items[0]?.token && !busy) show(items[0]);
    return true;
  } catch (error) {
    // Sent again it is the same vote, so it can come back without harm.
    gone.delete(item.token);
    items.unshift(item);
    show(item);
    say(`Not kept: ${error.message}`, { bad: true });
    return false;
  }
}

async function skip() {
  const item = items[0];
  if (!item) return;
  await post("/review/skip.json", page.csrf, { token: item.token });
  await refresh();
  show(items[0]);
  say("Skipped.");
}

async function undo() {
  await sending;
  if (!page.last) return;
  const named = page.last.statement;
  if (signs === "passkey") {
    const now_s = (items[0]?.now_s ?? Math.round(Date.now() / 1000));
    await post("/review/retract.json", page.csrf, { envelope: await envelope(retraction(named, now_s), page.key) });
  } else {
    await post("/review/undo.json", page.csrf, { statement: named });
  }
  await refresh();
  show(items[0]);
  say("Taken back. The document is here again.");
}

async function act(what) {
  if (busy) return;
  busy = true;
  try {
    await ready;
    await (what === "undo" ? undo() : what === "skip" ? skip() : vote(what));
  } catch (error) {
    say(`Not done: ${error.message}`, { bad: true });
  } finally {
    busy = false;
  }
}

listen(act);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  act(event.submitter?.id === "skip" ? "skip" : event.submitter?.value);
});
$("undo").addEventListener("submit", (event) => { event.preventDefault(); act("undo"); });
const ready = refresh().then(() => {
  onScreen = form.elements.token.value || undefined;
  if (items[0]?.token !== onScreen) show(items[0]);
  restart();
  $("desk").dataset.ready = "yes";
}).catch((error) => say(error.message, { bad: true }));
// A page that is open keeps what it shows.
setInterval(() => {
  for (const one of items) post("/review/renew.json", page.csrf, { token: one.token }).catch(() => {});
}, 120000);
