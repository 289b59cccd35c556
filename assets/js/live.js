// The page follows the server. <body data-live-url="/live?topics=…"> opens one stream; each `patch` carries fragments of
// HTML whose top elements have ids: a known one is morphed in place, a new one goes to the list it names by
// data-live-into="#list" data-live-at="start|end|sorted" (sorted: by data-sort, rising); data-live-remove takes one away.
// On the list: data-live-max="50" keeps it short; data-live-more says that further pages exist, so that nothing is put
// behind its last item; data-live-for="#list" makes a filtered list keep what it has, and take nothing new.
// `reset` means that too much was missed: the page's own main part is fetched anew. After a break the browser resumes by
// Last-Event-ID.
import { Idiomorph } from "idiomorph";
import { announce } from "./announcer.js";
import { say } from "./text.js";

const RETRY = [1, 2, 5, 10, 20];
let attempts = 0;

function connection(state) {
  for (const element of document.querySelectorAll("[data-connection]")) {
    element.dataset.state = state;
    const words = element.querySelector("[data-connection-words]");
    const sentence = say(`connection${state[0].toUpperCase()}${state.slice(1)}`);
    if (words && words.textContent !== sentence) words.textContent = sentence;
    element.title = sentence;
  }
}

const callbacks = {
  // What somebody is typing in, and what a script keeps (open menus, running toasts), is never overwritten.
  beforeNodeMorphed: (old) => !(old instanceof Element && (old.hasAttribute("data-live-keep") || isBeingUsed(old))),
  // A row is drawn once for everybody; which one is open here, only this page knows.
  beforeAttributeUpdated: (name, node) => !(name === "aria-current" && node.hasAttribute("data-key-item")),
};

function isBeingUsed(element) {
  return element === document.activeElement && element.matches("input, textarea, select, [contenteditable]");
}

/** Morphs an element in place, leaving focus, open <details> and typed text alone. */
export function morph(old, fresh, style = "outerHTML") {
  Idiomorph.morph(old, fresh, { morphStyle: style, restoreFocus: true, callbacks });
}

function added(element) {
  element.dispatchEvent(new CustomEvent("chimein:added", { bubbles: true }));
}

function itemsOf(list) {
  return [...list.children].filter((child) => child.id);
}

/** Puts an element where it belongs in its list; false when that is on a page not shown. */
function place(fresh, list) {
  const at = fresh.dataset.liveAt;
  const others = itemsOf(list).filter((item) => item !== fresh);
  const next = at === "sorted" ? others.find((item) => item.dataset.sort > fresh.dataset.sort) : others[0];
  if (at !== "end" && next) next.before(fresh);
  else if (at === "start") list.prepend(fresh);
  else if (list.hasAttribute("data-live-more")) return false;
  else if (others.length) others.at(-1).after(fresh);
  else list.prepend(fresh);
  return true;
}

function insert(fresh) {
  const list = document.querySelector(fresh.dataset.liveInto);
  if (!list) return;
  fresh.classList.add("is-new");
  if (!place(fresh, list)) return;
  const most = Number(list.dataset.liveMax || 0);
  const items = itemsOf(list);
  if (most && items.length > most) (fresh.dataset.liveAt === "end" ? items[0] : items.at(-1)).remove();
  announce(fresh.dataset.announce);
  added(fresh);
}

/** Whether an element is in the list it is meant for, or in a filtered view of it. */
function isAtHome(element, into) {
  return Boolean(element.closest(into) || element.closest(`[data-live-for="${CSS.escape(into)}"]`));
}

/** Whether a known element leaves the list it is in: it belongs to another now. Outside of lists it stays. */
function movesAway(element, into) {
  if (isAtHome(element, into)) return false;
  return Boolean(document.querySelector(into) || element.parentElement.matches(".live-list"));
}

/** An element whose place in a sorted list has changed moves there, unless somebody is at work in it. */
function settle(element) {
  const list = element.parentElement;
  if (element.dataset.liveAt !== "sorted" || element.contains(document.activeElement)) return;
  const [before, after] = [element.previousElementSibling, element.nextElementSibling];
  const key = element.dataset.sort;
  if ((before?.id && before.dataset.sort > key) || (after?.id && after.dataset.sort < key)) place(element, list);
}

function leave(element) {
  element.classList.add("is-leaving");
  setTimeout(() => element.remove(), 200);
}

function apply(fresh) {
  const old = document.getElementById(fresh.id);
  const into = fresh.dataset.liveInto;
  if (fresh.hasAttribute("data-live-remove")) {
    if (old) leave(old);
  } else if (old && into && movesAway(old, into)) {
    leave(old);
    old.removeAttribute("id");
    insert(fresh);
  } else if (old) {
    morph(old, fresh);
    const now = document.getElementById(fresh.id);
    if (now) added(now);
    if (now) settle(now);
  } else if (into) {
    insert(fresh);
  }
}

/** Applies the fragments of one patch. */
export function patch(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  for (const element of [...holder.content.children]) if (element.id) apply(element);
}

/** Fetches this page anew and morphs its main part, keeping what is being typed. */
export async function refresh() {
  const answer = await fetch(location.href, { headers: { "X-Live-Refresh": "1" } });
  if (!answer.ok || answer.redirected) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [old, fresh] = [document.getElementById("main"), page.getElementById("main")];
  if (!old || !fresh) return location.reload();
  morph(old, [...fresh.childNodes], "innerHTML");
  return added(document.getElementById("main"));
}

function open(url) {
  const stream = new EventSource(url);
  const live = () => {
    attempts = 0;
    connection("live");
  };
  stream.addEventListener("open", live);
  stream.addEventListener("hello", live);
  stream.addEventListener("patch", (event) => patch(event.data));
  stream.addEventListener("reset", () => refresh());
  stream.addEventListener("error", () => {
    connection(navigator.onLine ? "waiting" : "off");
    // The browser tries again by itself unless the server refused; then we do, more and more slowly.
    if (stream.readyState === EventSource.CLOSED) again(url);
  });
  addEventListener("pagehide", () => stream.close(), { once: true });
}

function again(url) {
  const wait = RETRY[Math.min(attempts, RETRY.length - 1)] * 1000;
  attempts += 1;
  setTimeout(() => {
    open(url);
    refresh().catch(() => connection("off"));
  }, wait);
}

export function startLive() {
  const url = document.body.dataset.liveUrl;
  if (!url) return;
  connection("waiting");
  open(url);
  addEventListener("offline", () => connection("off"));
  // A page that comes back from the browser's cache has closed its stream.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    open(url);
    refresh().catch(() => connection("off"));
  });
}
