// The counter below a text field. <textarea data-counter="weighted" data-limit="280" data-suffix=" ^Ann, Store 12">
// and <output class="counter" data-counter-for="ID">; the form's submit button is held while the text is too long,
// unless a ticked <input data-split> says that it may be sent in parts.
import { measure } from "./measure.js";
import { say } from "./text.js";

const NEAR = 20;

function show(field) {
  const limit = Number(field.dataset.limit);
  const used = measure(field.value + (field.value ? (field.dataset.suffix ?? "") : ""), field.dataset.counter);
  const inParts = Boolean(field.form?.querySelector("[data-split]")?.checked);
  const over = used > limit;
  const output = document.querySelector(`[data-counter-for="${CSS.escape(field.id)}"]`);
  if (output) {
    output.textContent = words(used, limit, over, inParts);
    output.dataset.state = over && !inParts ? "over" : limit - used <= NEAR ? "near" : "fine";
  }
  offerParts(field.form, over);
  const button = field.form?.querySelector("[data-send]");
  if (button) button.disabled = !field.value.trim() || (over && !inParts);
}

function words(used, limit, over, inParts) {
  if (over && inParts) return say("parts", { count: Math.ceil(used / (limit - 8)) });
  return over ? say("over", { count: used - limit, used, limit }) : `${used} / ${limit}`;
}

function offerParts(form, over) {
  const offer = form?.querySelector("[data-split-offer]");
  if (offer) offer.hidden = !over && !offer.querySelector("[data-split]").checked;
}

/** Counts every field of a part of the page once, so that a restored draft is counted too. */
export function countAll(root = document) {
  for (const field of root.querySelectorAll("[data-counter]")) show(field);
}

export function startCounters() {
  const recount = (event) => {
    if (event.target.matches("[data-counter]")) show(event.target);
    if (event.target.matches("[data-split]")) countAll(event.target.form);
  };
  document.addEventListener("input", recount);
  document.addEventListener("change", recount);
  document.addEventListener("reset", (event) => setTimeout(() => countAll(event.target)));
  document.addEventListener("chimein:added", (event) => countAll(event.target));
  countAll();
}
