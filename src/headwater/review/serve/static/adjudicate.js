// The adjudication screen with script: keys, and a signature by passkey.
import { $, fields, fill, listen, wantsMarks } from "./ballot.js";
import { envelope, get, post, retraction, say } from "./sign.js";

const signs = $("desk").dataset.signs, form = $("ballot"), whole = form?.elements.whole.value ?? "0";
const loaded = get(`/adjudicate.json?whole=${whole}`), arrived = performance.now();
let busy = false;

// One thing at a time; what worked shows in the page that comes next.
async function act(what) {
  if (busy) return;
  busy = true;
  try {
    await what();
  } catch (error) {
    say(`Not kept: ${error.message}`, { bad: true });
    busy = false;
  }
}

async function settle(label) {
  const page = await loaded;
  const csrf = form.elements.csrf.value, number = form.elements.number.value;
  // The form on the page may be older than what the twin gave; the document must be the same.
  if (String(page.item?.number) !== number) throw new Error("the document is settled: load the page anew");
  const item = { ...page.item, arrived };
  if (signs === "passkey") {
    const body = { number, envelope: await envelope(await fill(item, label), page.key) };
    await post("/adjudicate/cast.json", csrf, body);
  } else {
    const { nonce, now_s } = item;
    const considered = item.votes.map((one) => one.statement);
    await post("/adjudicate/settle.json", csrf, { ...fields(item, label), number, nonce, now_s: String(now_s), considered });
  }
  location.assign("/adjudicate?said=settled");
}

async function undo() {
  const last = $("undo"), page = await loaded;
  if (!last) return;
  const statement = last.elements.statement.value;
  const body = signs === "passkey" ? { envelope: await envelope(retraction(statement, page.now_s), page.key) } : { statement };
  await post("/adjudicate/undo.json", last.elements.csrf.value, body);
  location.assign("/adjudicate?said=undone");
}

if (form) {
  listen((what) => {
    if (what === "undo") act(undo);
    else if (what !== "skip" && !wantsMarks(what)) act(() => settle(what));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!wantsMarks(event.submitter.value)) act(() => settle(event.submitter.value));
  });
}
$("undo")?.addEventListener("submit", (event) => { event.preventDefault(); act(undo); });
loaded.then(() => { $("desk").dataset.ready = "yes"; }).catch((error) => say(error.message, { bad: true }));
