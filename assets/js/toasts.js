// Messages that come and go. Three ways in: rendered into #toasts by the server (components/toast.html, also by a live
// patch or an htmx out-of-band swap), `toast({...})` from a script, or the response header HX-Trigger: {"toast": {...}}.
// An undo is a form posted to its address; the toast stays exactly as long as the server holds the act.
import { say } from "./text.js";

const SECONDS = 6;
const ICONS = { ok: "circle-check", late: "circle-alert", info: "info" };

function dismiss(toast) {
  toast.classList.add("is-leaving");
  setTimeout(() => toast.remove(), 200);
}

/** Starts a toast's time; reading it (pointer or focus within) holds the time, but not that of an undo: it is real. */
function run(toast) {
  if (toast.dataset.running) return;
  toast.dataset.running = "true";
  let left = Number(toast.dataset.seconds || SECONDS) * 1000;
  const isUndo = Boolean(toast.querySelector("form"));
  toast.style.setProperty("--toast-time", `${left}ms`);
  let before = Date.now();
  const timer = setInterval(() => {
    const held = !isUndo && toast.matches(":hover, :focus-within");
    toast.classList.toggle("is-held", held);
    if (!held) left -= Date.now() - before;
    before = Date.now();
    if (!toast.isConnected || left <= 0) {
      clearInterval(timer);
      if (toast.isConnected) dismiss(toast);
    }
  }, 100);
}

function part(name, className, text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

function picture(name) {
  const source = document.getElementById("ui-text")?.dataset.sprite;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${source}#${name}`);
  svg.append(use);
  return svg;
}

function undoForm(address, words) {
  const form = part("form", "");
  form.method = "post";
  form.action = address;
  form.dataset.undo = "";
  const button = part("button", "toast-button", words || say("undo"));
  form.append(button);
  return form;
}

/** Shows a message: {text, tone: "ok" | "late" | "info", seconds, undo_url, undo_label}. */
export function toast({ text, tone = "ok", seconds = SECONDS, undo_url: undoUrl = "", undo_label: undoLabel = "" }) {
  const element = part("div", `toast toast-${tone}`);
  element.dataset.seconds = seconds;
  element.append(picture(ICONS[tone] ?? "info"), part("span", "toast-text", text));
  if (undoUrl) element.append(undoForm(undoUrl, undoLabel), part("span", "toast-drain"));
  const close = part("button", "toast-close");
  close.type = "button";
  close.setAttribute("aria-label", say("close"));
  close.append(picture("x"));
  element.append(close);
  document.getElementById("toasts")?.append(element);
}

async function undo(event) {
  const form = event.target.closest(".toast form[data-undo]");
  if (!form) return;
  event.preventDefault();
  const headers = { "X-CSRFToken": document.getElementById("ui-text")?.dataset.csrf ?? "" };
  const element = form.closest(".toast");
  try {
    const answer = await fetch(form.action, { method: "POST", headers, body: new FormData(form) });
    dismiss(element);
    toast(answer.ok ? { text: say("undone") } : { text: say("tooLate"), tone: "late" });
    if (answer.ok) document.dispatchEvent(new CustomEvent("chimein:undone", { detail: { url: form.action } }));
  } catch {
    toast({ text: say("offline"), tone: "late" });
  }
}

export function startToasts() {
  const region = document.getElementById("toasts");
  if (!region) return;
  region.querySelectorAll(".toast").forEach(run);
  new MutationObserver(() => region.querySelectorAll(".toast").forEach(run)).observe(region, { childList: true });
  region.addEventListener("click", (event) => {
    if (event.target.closest(".toast-close")) dismiss(event.target.closest(".toast"));
  });
  document.addEventListener("submit", undo);
  document.addEventListener("toast", (event) => toast(event.detail));
}
