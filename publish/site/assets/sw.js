// Keeps what was seen for reading without a network: pages as they were last seen, assets for as long as they are named.
const KEPT = "site-SITE_VERSION";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("site-") && name !== KEPT) await caches.delete(name);
  await self.clients.claim();
})()));

async function keep(request, response) {
  if (response.ok && response.type === "basic") await (await caches.open(KEPT)).put(request, response.clone());
  return response;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const scope = new URL(self.registration.scope);
  if (request.method !== "GET" || url.origin !== scope.origin) return;
  const path = url.pathname.slice(scope.pathname.length);
  if (path.startsWith("assets/")) {
    event.respondWith(caches.match(request).then((held) => held ?? fetch(request).then((found) => keep(request, found))));
  } else if (/^(en|km|api)\//.test(path) || path === "") {
    const named = new Request(url.origin + url.pathname);
    event.respondWith(fetch(request).then((found) => keep(named, found)).catch(async () => (await caches.match(named)) ?? Response.error()));
  }
});
