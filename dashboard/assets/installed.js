// heatledger as an app: its service worker, where the browser has one (over https, or on this machine).
(function () {
  "use strict";
  const place = new URL("../", document.currentScript.src);
  navigator.serviceWorker?.register(new URL("worker.js", place), { scope: place.pathname, updateViaCache: "none" })
    .catch((error) => console.info("heatledger is not kept for use without network:", error.message));
})();
