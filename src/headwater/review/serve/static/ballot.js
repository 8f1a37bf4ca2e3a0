// A ballot on screen: its keys, its marks, and what it says. Shared by review and adjudication.
import { digestOf } from "./sign.js";

export const KEYS = { 1: "human", 2: "ai", 3: "mixed", 4: "translated", 0: "cannot-tell" };
export const NAMES = { human: "Human", ai: "AI", mixed: "Mixed", translated: "Translated", "cannot-tell": "Can’t tell" };
export const $ = (id) => document.getElementById(id);

let shown = performance.now(), hidden = 0, away = document.hidden ? shown : null;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) away = performance.now();
  else if (away !== null) { hidden += performance.now() - away; away = null; }
});
export function restart() { shown = performance.now(); hidden = 0; away = document.hidden ? shown : null; }

function times() {
  const gone = hidden + (away === null ? 0 : performance.now() - away);
  return { hidden_ms: Math.round(gone), shown_ms: Math.max(0, Math.round(performance.now() - shown - gone)) };
}

const boxes = () => [...document.querySelectorAll("#passages input")];
export function paint() {
  const marked = new Set(boxes().filter((one) => one.checked).map((one) => one.value));
  for (const one of document.querySelectorAll("#document .passage")) {
    one.classList.toggle("marked", marked.has(one.dataset.passage));
  }
}

// Neighbours that are marked are one span, as the server makes of a form.
export function spans(item) {
  const found = [];
  let last = -2;
  for (const at of boxes().filter((one) => one.checked).map((one) => Number(one.value)).sort((a, b) => a - b)) {
    const { start, end } = item.passages[at];
    if (at === last + 1) found[found.length - 1][1] = end;
    else found.push([start, end]);
    last = at;
  }
  return found;
}

// What stands on the screen is what is signed: the digest is taken of it here, not from the server.
export async function fill(item, label) {
  const statement = structuredClone(item.draft), said = statement.predicate;
  const form = $("ballot"), { hidden_ms, shown_ms } = times();
  const sure = form.querySelector("[name=confidence]:checked").value;
  said.label = label;
  said.spans = label === "mixed" ? spans(item) : [];
  said.confidence = sure === "" ? null : Number(sure);
  said.assistance = form.elements.assistance.value;
  said.interaction = { n_typed: 0, n_pasted: 0, hidden_ms, shown_ms };
  said.voted_s = item.now_s + Math.round((performance.now() - item.arrived) / 1000);
  said.displayed = { sha256: await digestOf($("document").textContent) };
  return statement;
}

export function fields(item, label) {
  const form = $("ballot"), { hidden_ms, shown_ms } = times();
  return {
    label, document: item.document, batch: item.batch ?? "", whole: item.whole ? "1" : "0",
    hidden_ms: String(hidden_ms), shown_ms: String(shown_ms),
    confidence: form.querySelector("[name=confidence]:checked").value || "0",
    assistance: form.elements.assistance.value,
    passage: boxes().filter((one) => one.checked).map((one) => one.value),
  };
}

// The first 3 opens the passages, the second one votes: a mixed text without marks says little.
export function wantsMarks(label) {
  const part = $("passages");
  if (label !== "mixed" || part.open || !boxes().length) return false;
  part.open = true;
  boxes()[0].focus();
  return true;
}

function help() {
  const part = $("help");
  part.open = !part.open;
  part.querySelector("summary").focus();
  part.scrollIntoView({ block: "nearest" });
}

export function listen(act) {
  const button = $("shortcuts");
  if (button) {
    $("switch").hidden = false;
    button.checked = localStorage.getItem("shortcuts") !== "off";
    button.addEventListener("change", () => localStorage.setItem("shortcuts", button.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("textarea, select, input:not([type=checkbox]):not([type=radio])");
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || typing || (button && !button.checked)) return;
    if (event.key === "?" && $("help")) help();
    else if (event.key in KEYS) act(KEYS[event.key]);
    else if (event.key === "u" || event.key === "s") act(event.key === "u" ? "undo" : "skip");
    else return;
    event.preventDefault();
  });
  $("passages").addEventListener("change", paint);
  $("document").addEventListener("click", (event) => {
    const passage = event.target.closest(".passage");
    if (!passage || !$("passages").open) return;
    const box = boxes()[Number(passage.dataset.passage)];
    box.checked = !box.checked;
    paint();
  });
}
