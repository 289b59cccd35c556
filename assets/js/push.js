// Switching on pushes in this browser. The box <section data-push data-push-key data-push-url data-state> shows one of its
// parts by data-state: off, on, blocked, none. The service worker lives at a fixed address at the root.
import { morph } from "./live.js";
import { say } from "./text.js";
import { toast } from "./toasts.js";

const WORKER = "/service-worker.js";
const TOLD = "chimein-push-told";

function isAble() {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function sameKey(subscription, key) {
  const known = new Uint8Array(subscription.options.applicationServerKey ?? []);
  return known.length === key.length && known.every((byte, index) => byte === key[index]);
}

async function current() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** Tells the server the subscription; the answer is the box drawn anew. */
async function tell(box, subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const headers = { "X-CSRFToken": document.getElementById("ui-text")?.dataset.csrf ?? "", "HX-Request": "true" };
  const body = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
  const answer = await fetch(box.dataset.pushUrl, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(String(answer.status));
  sessionStorage.setItem(TOLD, endpoint);
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  const fresh = holder.content.querySelector("[data-push]");
  fresh.dataset.state = "on";
  morph(box, fresh);
}

async function subscribe(box) {
  if ((await Notification.requestPermission()) !== "granted") {
    toast({ text: say("pushRefused"), tone: "late" });
    return look(box);
  }
  const key = bytes(box.dataset.pushKey);
  await navigator.serviceWorker.register(WORKER, { scope: "/" });
  const registration = await navigator.serviceWorker.ready;
  const old = await registration.pushManager.getSubscription();
  if (old && !sameKey(old, key)) await old.unsubscribe();
  const options = { userVisibleOnly: true, applicationServerKey: key };
  return tell(box, await registration.pushManager.subscribe(options));
}

/** Shows how things are, and tells the server once a session, since a browser may change its address. */
async function look(box) {
  if (!isAble()) {
    box.dataset.state = "none";
    return;
  }
  const subscription = Notification.permission === "granted" ? await current() : null;
  const isOn = Boolean(subscription) && sameKey(subscription, bytes(box.dataset.pushKey));
  box.dataset.state = isOn ? "on" : Notification.permission === "denied" ? "blocked" : "off";
  if (isOn && sessionStorage.getItem(TOLD) !== subscription.endpoint) await tell(box, subscription);
}

export function startPush() {
  const find = () => document.querySelector("[data-push]");
  if (!find()) return;
  const refuse = (error) => toast({ text: say("pushFailed", { reason: error.message }), tone: "late", seconds: 10 });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-push-on]")) subscribe(find()).catch(refuse);
  });
  // What htmx draws anew does not know the state of this browser.
  document.addEventListener("chimein:added", (event) => {
    if (event.target.matches?.("[data-push]") || event.target.querySelector?.("[data-push]")) look(find()).catch(() => {});
  });
  look(find()).catch(() => {});
}
