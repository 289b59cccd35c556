// Words and dates in the page's language. The words come from the server (components/ui_text.html), so that every
// sentence goes through the same catalogue.

const language = document.documentElement.lang || "en";

/** A sentence of the page's catalogue; `{name}` in it is replaced by `values.name`. */
export function say(key, values = {}) {
  const source = document.getElementById("ui-text")?.dataset[key] ?? "";
  return source.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
const clock = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
const full = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const STEPS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

function step(seconds) {
  return STEPS.find(([, size]) => seconds >= size) ?? ["second", 1];
}

/** "12 min ago", for a number of seconds that passed. */
export function ago(seconds) {
  const passed = Math.max(0, seconds);
  if (passed < 60) return say("now") || relative.format(0, "second");
  const [unit, size] = step(passed);
  return relative.format(-Math.floor(passed / size), unit);
}

/** "12 min", for a number of seconds. */
export function lasting(seconds) {
  const passed = Math.max(0, seconds);
  const [unit, size] = step(passed);
  const style = { style: "unit", unit, unitDisplay: "short" };
  return new Intl.NumberFormat(language, style).format(Math.floor(passed / size));
}

/** "9:58" or "1:02:03", for a number of seconds that remain. */
export function remaining(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(left / 3_600), Math.floor((left % 3_600) / 60), left % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : String(part))).join(":");
}

/** "10:32". */
export function timeOfDay(date = new Date()) {
  return clock.format(date);
}

/** "22 Nov 2026, 10:32", for a tooltip. */
export function fullDate(date) {
  return full.format(date);
}
