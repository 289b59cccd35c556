// Shows pushes and leads to what they are about. It keeps nothing and answers no fetches.
// A push: {tag, title, body, url, lang, silent}. One tag is one notification: a later push replaces it, without a sound
// when it says that somebody else was faster.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

function read(data) {
  try {
    return data ? data.json() : {};
  } catch {
    return {};
  }
}

/** An address of our own; anything else leads to the console. */
function home(address) {
  const url = new URL(address || "/console/", self.location.origin);
  return url.origin === self.location.origin ? url.href : new URL("/console/", self.location.origin).href;
}

async function show(news) {
  const tag = news.tag || "chimein";
  const before = await self.registration.getNotifications({ tag });
  await self.registration.showNotification(news.title || "ChimeIn", {
    body: news.body || "",
    tag,
    lang: news.lang || "",
    icon: news.icon,
    badge: news.badge,
    silent: Boolean(news.silent),
    renotify: !news.silent,
    data: { url: home(news.url) },
  });
  // Whoever has put the question aside already need not read that it is taken.
  if (news.silent && before.length === 0) {
    for (const one of await self.registration.getNotifications({ tag })) one.close();
  }
}

async function open(url) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const same = windows.find((one) => one.url === url);
  if (same) return same.focus();
  const console = windows.find((one) => new URL(one.url).pathname.startsWith("/console/"));
  if (!console) return self.clients.openWindow(url);
  await console.focus();
  return console.navigate(url).catch(() => self.clients.openWindow(url));
}

self.addEventListener("push", (event) => event.waitUntil(show(read(event.data))));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(home(event.notification.data?.url)));
});
