// The write screen with script: how much was typed and pasted is counted, and a passkey signs.
import { digestOf, envelope, get, post, retraction, say } from "./sign.js";

const form = document.getElementById("writing"), text = form.elements.text, signs = form.dataset.signs;
const loaded = get("/write.json"), began = performance.now();
let n_typed = 0, n_pasted = 0;
text.addEventListener("beforeinput", (event) => {
  const much = event.data?.length ?? event.dataTransfer?.getData("text/plain").length ?? 0;
  if (event.inputType === "insertFromPaste" || event.inputType === "insertFromDrop") n_pasted += much;
  else if (event.inputType.startsWith("insert")) n_typed += Math.max(much, event.inputType === "insertLineBreak" ? 1 : 0);
  document.getElementById("typed").textContent = `${n_typed} characters typed, ${n_pasted} pasted: this is recorded, never which keys or when.`;
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const written = text.value.replaceAll("\r\n", "\n").replaceAll("\r", "\n").trim();
  const shown_ms = Math.round(performance.now() - began), csrf = form.elements.csrf.value;
  const told = { text: written, consents: form.elements.consents.checked ? "yes" : "" };
  const choice = { licence: form.elements.licence.value, assistance: form.elements.assistance.value };
  try {
    const page = await loaded;
    if (signs === "passkey") {
      const statement = page.draft, said = statement.predicate;
      statement.subject[0].digest.sha256 = await digestOf(written);
      Object.assign(said, choice, { interaction: { n_typed, n_pasted, hidden_ms: 0, shown_ms } });
      said.written_s = page.now_s + Math.round(shown_ms / 1000);
      await post("/write/cast.json", csrf, { ...told, envelope: await envelope(statement, page.key) });
    } else {
      const counts = { n_typed: String(n_typed), n_pasted: String(n_pasted), shown_ms: String(shown_ms) };
      await post("/write/hand-in.json", csrf, { ...told, ...choice, ...counts, nonce: form.elements.nonce.value });
    }
    location.assign("/write?said=written");
  } catch (error) {
    say(`Not kept: ${error.message}`, { bad: true });
  }
});

for (const one of document.querySelectorAll("form.retract")) {
  one.addEventListener("submit", async (event) => {
    if (signs !== "passkey") return;
    event.preventDefault();
    try {
      const page = await loaded;
      const sealed = await envelope(retraction(one.elements.statement.value, page.now_s), page.key);
      await post("/write/retract.json", one.elements.csrf.value, { envelope: sealed });
      location.assign("/write?said=undone");
    } catch (error) {
      say(`Not taken back: ${error.message}`, { bad: true });
    }
  });
}
