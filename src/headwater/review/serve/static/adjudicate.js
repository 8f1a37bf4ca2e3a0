// The adjudication screen with script: keys, and a signature by passkey.
import { $, fields, fill, listen, wantsMarks } from "./ballot.js";
import { envelope, get, post, say } from "./sign.js";

if ($("desk")) {
  const signs = $("desk").dataset.signs, form = $("ballot"), whole = form.elements.whole.value;
  const loaded = get(`/adjudicate.json?whole=${whole}`);
  let item = null, busy = false;

  const settle = async (label) => {
    if (busy || wantsMarks(label)) return;
    busy = true;
    try {
      const page = await loaded;
      const csrf = form.elements.csrf.value, number = form.elements.number.value;
      // The form on the page may be older than what the twin gave; the document must be the same.
      if (String(page.item?.number) !== number) throw new Error("the document is settled: load the page anew");
      item = { ...page.item, arrived };
      if (signs === "passkey") {
        const body = { number, envelope: await envelope(await fill(item, label), page.key) };
        await post("/adjudicate/cast.json", csrf, body);
      } else {
        const { nonce, now_s } = item;
        const considered = item.votes.map((one) => one.statement);
        await post("/adjudicate/settle.json", csrf, { ...fields(item, label), number, nonce, now_s: String(now_s), considered });
      }
      location.assign("/adjudicate?said=settled");
    } catch (error) {
      say(`Not kept: ${error.message}`, { bad: true });
      busy = false;
    }
  };
  const arrived = performance.now();
  listen((what) => { if (what !== "undo" && what !== "skip") settle(what); });
  form.addEventListener("submit", (event) => { event.preventDefault(); settle(event.submitter.value); });
  loaded.then(() => { $("desk").dataset.ready = "yes"; }).catch((error) => say(error.message, { bad: true }));
}
