// Tells the server that this page is before somebody's eyes, and which alerts it shows: then these are not pushed as
// well. Only a page that is seen says so; a tab in the background lets the push come.
const EVERY = 45_000;
const SOON = 300;
let timer = 0;

function shown() {
  return [...document.querySelectorAll(".toast[data-alert]:not([data-told])")];
}

async function tell(url) {
  if (document.visibilityState !== "visible") return;
  const toasts = shown();
  const body = new URLSearchParams({ seen: toasts.map((toast) => toast.dataset.alert).join(",") });
  const headers = { "X-CSRFToken": document.getElementById("ui-text")?.dataset.csrf ?? "" };
  try {
    const answer = await fetch(url, { method: "POST", headers, body });
    if (answer.ok) for (const toast of toasts) toast.dataset.told = "true";
  } catch {
    // The next beat tries again.
  }
}

export function startAlerts() {
  const url = document.body.dataset.hereUrl;
  if (!url) return;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => tell(url), SOON);
  };
  document.addEventListener("visibilitychange", soon);
  document.addEventListener("chimein:added", (event) => {
    if (event.target.matches?.(".toast[data-alert]")) soon();
  });
  setInterval(() => tell(url), EVERY);
  soon();
}
