/* The page for when there is no network: what was asked in this tab, and the reports that were read. */
(function () {
  'use strict';
  var talk = document.getElementById('yj-kept'), read = document.getElementById('yj-read'), turns = [];
  try { turns = JSON.parse(sessionStorage.getItem('yj-talk')) || []; } catch (e) { turns = []; }
  turns.forEach(function (turn) {
    var box = yj.element('article', 'yj-turn'), asked = yj.element('div', 'yj-ask'), answer = yj.element('div', 'yj-log');
    asked.appendChild(yj.element('div', 'yj-q', turn.q));
    answer.innerHTML = turn.html; /* as the server sent it */
    box.appendChild(asked);
    box.appendChild(answer);
    talk.appendChild(box);
  });
  talk.hidden = !turns.length;
  if (window.caches) {
    caches.open('yj-reports').then(function (cache) { return cache.keys().then(function (kept) { return Promise.all(kept.map(function (request) { return title(cache, request); })); }); })
      .then(function (items) {
        items.forEach(function (item) { read.querySelector('ul').appendChild(item); });
        read.hidden = !items.length;
      });
  }
  function title(cache, request) {
    return cache.match(request).then(function (response) { return response.text(); }).then(function (html) {
      var item = yj.element('li'), link = yj.element('a', '', new DOMParser().parseFromString(html, 'text/html').title.split(' · ')[0]);
      link.href = new URL(request.url).pathname;
      item.appendChild(link);
      return item;
    });
  }
  document.getElementById('yj-retry').addEventListener('click', function () { location.reload(); });
  window.addEventListener('online', function () { location.reload(); });
})();
