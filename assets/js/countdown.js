// Clocks. <time data-since="ISO"> says how long ago, <time data-waiting="ISO"> how long it lasts,
// <time data-countdown="ISO" data-warn="120"> what remains, in seconds for data-warn. A ring around it:
// <span class="timer" data-total="600"> with <circle class="timer-value" pathLength="100">.
// data-soon / data-late on a waiting clock (seconds) colour it by data-state. <time data-clock="ISO"> is a time of day
// where the visitor is, with its date when that is not today.
import { ago, fullDate, lasting, remaining, timeOfDay } from "./text.js";

function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function state(element, value) {
  if (element.dataset.state !== value) element.dataset.state = value;
}

function since(element, now) {
  const date = new Date(element.dataset.since);
  put(element, ago((now - date) / 1000));
  element.title ||= fullDate(date);
}

function waiting(element, now) {
  const date = new Date(element.dataset.waiting);
  const seconds = (now - date) / 1000;
  put(element, lasting(seconds));
  element.title ||= fullDate(date);
  const { soon, late } = element.dataset;
  if (late && seconds >= Number(late)) state(element, "late");
  else if (soon && seconds >= Number(soon)) state(element, "soon");
  else state(element, "fine");
}

function countdown(element, now) {
  const seconds = (new Date(element.dataset.countdown) - now) / 1000;
  put(element, remaining(seconds));
  const warn = Number(element.dataset.warn ?? 60);
  state(element, seconds <= 0 ? "late" : seconds <= warn ? "soon" : "fine");
  const ring = element.closest(".timer");
  const value = ring?.querySelector(".timer-value");
  if (value) value.setAttribute("stroke-dashoffset", String(100 - share(seconds, ring.dataset.total)));
  if (seconds <= 0 && !element.dataset.over) {
    element.dataset.over = "true";
    element.dispatchEvent(new CustomEvent("chimein:over", { bubbles: true }));
  }
}

function share(seconds, total) {
  return Math.max(0, Math.min(100, (100 * seconds) / Number(total || 600)));
}

function clock(element, now) {
  const date = new Date(element.dataset.clock);
  const isToday = date.toDateString() === new Date(now).toDateString();
  put(element, isToday ? timeOfDay(date) : fullDate(date));
}

/** Brings every clock of a part of the page up to date. */
export function tick(root = document) {
  const now = Date.now();
  for (const element of root.querySelectorAll("[data-since]")) since(element, now);
  for (const element of root.querySelectorAll("[data-waiting]")) waiting(element, now);
  for (const element of root.querySelectorAll("[data-countdown]")) countdown(element, now);
  for (const element of root.querySelectorAll("[data-clock]")) clock(element, now);
}

export function startClocks() {
  tick();
  setInterval(() => document.hidden || tick(), 1000);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
  document.addEventListener("chimein:added", (event) => tick(event.target.parentNode ?? document));
}
