/* The service worker. It answers from what it kept only when the network does not: an answer is never older than the question.
   Kept are the page that says there is no network, its styles and script, and the reports that were read. Nothing else is touched. */
(function () {
  'use strict';
  var given = /*given*/ null, SHELL = 'yj-shell-' + given.version, REPORTS = 'yj-reports', MOST = 6;

  self.addEventListener('install', function (event) {
    event.waitUntil(caches.open(SHELL).then(function (cache) { return cache.addAll(given.shell); }).then(function () { return self.skipWaiting(); }));
  });
  self.addEventListener('activate', function (event) {
    event.waitUntil(caches.keys().then(function (names) {
      return Promise.all(names.filter(function (name) { return name.indexOf('yj-shell-') === 0 && name !== SHELL; }).map(function (name) { return caches.delete(name); }));
    }).then(function () { return self.clients.claim(); }));
  });

  self.addEventListener('fetch', function (event) {
    var request = event.request, url = new URL(request.url);
    if (request.method !== 'GET' || url.origin !== self.location.origin) return;
    if (request.mode === 'navigate') event.respondWith(visited(event, url));
    else if (url.pathname.indexOf(given.base + '/web/') === 0 && url.searchParams.has('v')) event.respondWith(asset(request));
  });

  function visited(event, url) {
    var report = url.pathname.indexOf(given.base + '/report/') === 0;
    return fetch(event.request).then(function (response) {
      if (report && response.status === 200) event.waitUntil(keep(url.pathname, response.clone()));
      if (report && response.status === 404) event.waitUntil(forget(url.pathname));
      return response;
    }, function () {
      return (report ? read(url.pathname) : Promise.resolve(undefined)).then(function (kept) { return kept || caches.match(given.offline); });
    });
  }
  function keep(path, response) {
    return caches.open(REPORTS).then(function (cache) {
      return cache.delete(path).then(function () { return cache.put(path, response); }).then(function () { return cache.keys(); }).then(function (kept) {
        return Promise.all(kept.slice(0, Math.max(0, kept.length - MOST)).map(function (request) { return cache.delete(request); }));
      });
    });
  }
  function forget(path) {
    return caches.open(REPORTS).then(function (cache) { return cache.delete(path); });
  }
  /* A report read before, and a word on top that says so. */
  function read(path) {
    return caches.open(REPORTS).then(function (cache) { return cache.match(path); }).then(function (kept) {
      return kept && kept.text().then(function (html) {
        var headers = new Headers(kept.headers);
        ['Content-Encoding', 'Content-Length', 'ETag'].forEach(function (name) { headers.delete(name); });
        return new Response(html.replace('<main', given.notice + '<main'), { headers: headers });
      });
    });
  }
  /* Addressed by their content: what is kept under an address is what the server would send. */
  function asset(request) {
    return caches.match(request).then(function (kept) {
      return kept || fetch(request).then(function (response) {
        if (response.ok) { var copy = response.clone(); caches.open(SHELL).then(function (cache) { return cache.put(request, copy); }); }
        return response;
      });
    });
  }
})();
