/* The report page works without this: it adds copying, reading aloud, the way back, and a word on links that lead nowhere. */
(function () {
  'use strict';
  var toc = document.querySelector('.yj-toc'), main = document.getElementById('main'), gone = null;

  function target() {
    var id = decodeURIComponent(location.hash.slice(1)), found = id ? document.getElementById(id) : null;
    return found && found.classList.contains('yj-was') ? found.querySelector('.yj-s') : found; /* a sentence that is gone: the nearest */
  }

  function headingsOf(sentence) {
    var found = { part: null, sub: null };
    document.querySelectorAll('.yj-text h2,.yj-text h3').forEach(function (h) {
      if (h !== sentence && !h.contains(sentence) && !(h.compareDocumentPosition(sentence) & 4)) return;
      if (h.tagName === 'H2') { found.part = h; found.sub = null; } else found.sub = h;
    });
    return found;
  }

  function markContents(sentence) {
    if (!toc) return;
    toc.querySelectorAll('[aria-current]').forEach(function (a) { a.removeAttribute('aria-current'); });
    if (!sentence || !sentence.closest('.yj-text')) return;
    var at = headingsOf(sentence), h = at.sub || at.part, a = h && toc.querySelector('a[href="#' + h.id + '"]');
    if (a) a.setAttribute('aria-current', 'true');
  }

  function arrived() {
    var sentence = target(), wanted = location.hash.length > 1;
    if (gone) gone.remove();
    gone = null;
    if (wanted && !sentence) {
      gone = yj.note('alert', yj.words.gone);
      gone.classList.add('yj-gone');
      main.insertBefore(gone, main.firstChild);
      window.scrollTo(0, 0);
    }
    document.documentElement.classList[sentence && sentence.classList.contains('yj-s') ? 'add' : 'remove']('has-target');
    markContents(sentence);
  }

  function citation(sentence) {
    var at = headingsOf(sentence), where = [at.part, at.sub].filter(Boolean).map(function (h) { return h.textContent; }).join(' ').replace(/。$/, '');
    var dock = document.querySelector('.yj-dock'), link = location.href.replace(/#.*$/, '') + '#' + sentence.id;
    var head = '“' + sentence.textContent + '”——《' + dock.getAttribute('data-title') + '》';
    return [head, where, dock.getAttribute('data-published'), link].filter(Boolean).join('，');
  }

  function cameFromChat() {
    if (!document.referrer || history.length < 2) return false;
    var from = new URL(document.referrer);
    return from.origin === location.origin && from.pathname === yj.data.base + '/';
  }

  document.addEventListener('click', function (event) {
    var hit = event.target.closest('.yj-do-copy,.yj-do-sound,.yj-back'), sentence = target();
    if (!hit) return;
    if (hit.classList.contains('yj-back')) {
      if (cameFromChat() && !sessionStorage.getItem('yj-moved')) { event.preventDefault(); history.back(); }
    } else if (sentence && hit.classList.contains('yj-do-copy')) {
      yj.copyWith(hit, citation(sentence), function (n) { hit.closest('.yj-dock').prepend(n); });
    } else if (sentence) yj.speak(hit, sentence.textContent);
  });

  if (toc && window.matchMedia('(max-width:59.99rem)').matches && location.hash !== '#toc') toc.open = false;
  window.addEventListener('hashchange', arrived);
  arrived();
})();
