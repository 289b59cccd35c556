// Single keys: j k walk the list, any element with data-key="r" is focused (fields, groups of
// choices; those with data-flip take the next choice) or pressed (all else); in an open dialog only its own count; ? shows the
// sheet. Never while typing, never with Ctrl, Alt or Meta. They can be switched off in the sheet (WCAG 2.1.4).

const STORE = "chimein-keys";

function off() {
  return localStorage.getItem(STORE) === "off";
}

function typing(target) {
  return target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

function visible(element) {
  return element.getClientRects().length > 0;
}

function walk(by) {
  const items = [...document.querySelectorAll("[data-key-item]")].filter(visible);
  if (!items.length) return;
  const at = items.findIndex((item) => item.contains(document.activeElement) || item.classList.contains("is-selected"));
  const next = items[Math.max(0, Math.min(items.length - 1, at + by))];
  for (const item of items) item.classList.toggle("is-selected", item === next);
  (next.matches("a, button") ? next : next.querySelector("a, button"))?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

/** Enter belongs to what has the focus; only where nothing would answer to it does it press the page's own button. */
function answers(target) {
  return target.matches?.("a, button, summary");
}

/** A yes/no question is answered by its key alone: the first press says yes, the next no. */
function flip(fieldset) {
  const choices = [...fieldset.querySelectorAll("[type=radio]")];
  const next = choices[(choices.findIndex((one) => one.checked) + 1) % choices.length];
  next.click();
  next.focus();
}

function use(key, within) {
  const element = [...within.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(visible);
  if (!element) return false;
  if (typing(element)) element.focus();
  else if (element.matches("fieldset[data-flip]")) flip(element);
  else if (element.matches("fieldset")) (element.querySelector(":checked") ?? element.querySelector("[type=radio], [type=checkbox]"))?.focus();
  else element.click();
  return true;
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.key === "Escape" && typing(event.target)) return void event.target.blur();
  if (off() || typing(event.target) || (event.key === "Enter" && answers(event.target))) return;
  const dialog = document.querySelector("dialog[open]");
  if (dialog) {
    if (!use(event.key, dialog)) return;
  } else if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "?") document.getElementById("keys-sheet")?.showModal();
  else if (!use(event.key, document)) return;
  event.preventDefault();
}

export function startKeys() {
  document.addEventListener("keydown", onKey);
  const toggle = document.getElementById("keys-toggle");
  if (!toggle) return;
  toggle.checked = !off();
  toggle.addEventListener("change", () => localStorage.setItem(STORE, toggle.checked ? "on" : "off"));
}
