// The service worker: keeps the program's own files for one build, and a page for when the server is not reached.
// What is asked of the home (pages, figures, callbacks) is never kept: it goes to the network as if this were not here.
// SCOPE, BUILD, OFFLINE and SHELL stand above, written by the server.
const KIND = "heatledger:" + SCOPE + ":", CACHE = KIND + BUILD;
const AWAY = [502, 504]; // what a proxy says of a server that it does not reach; ours says neither
const STATIC = [SCOPE + "assets/", SCOPE + "_dash-component-suites/"];

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll([OFFLINE, ...SHELL].map((address) => new Request(address, { cache: "reload" })));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const others = (await caches.keys()).filter((name) => name.startsWith(KIND) && name !== CACHE);
    await Promise.all(others.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

// A file of the program has its build, date or version in its address: what is kept under one is never another.
async function kept(request) {
  const cache = await caches.open(CACHE), found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok && answer.type === "basic") await cache.put(request, answer.clone());
  return answer;
}

async function page(event) {
  const answer = await fetch(event.request).catch(() => undefined);
  if (answer && !AWAY.includes(answer.status)) {
    event.waitUntil(caches.open(CACHE).then((cache) => cache.add(OFFLINE)).catch(() => undefined)); // in who reads' language
    return answer;
  }
  return (await (await caches.open(CACHE)).match(OFFLINE)) || answer || Response.error();
}

self.addEventListener("fetch", (event) => {
  const request = event.request, address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (STATIC.some((path) => address.pathname.startsWith(path))) event.respondWith(kept(request));
});
