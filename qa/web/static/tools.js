/* The desk's pages work without this: it shows evidence without a jump, filters while one types, copies and prints. */
(function () {
  'use strict';
  var desk = document.querySelector('.yj-desk'), narrow = window.matchMedia('(max-width:59.99rem)');

  function all(selector, place) { return Array.prototype.slice.call((place || document).querySelectorAll(selector)); }

  /* ---- one figure's evidence ---- */
  function show(id, from) {
    var detail = document.getElementById(id), figure = document.querySelector('.yj-v[href="#' + id + '"]');
    if (!detail) return;
    all('.yj-aside .yj-detail').forEach(function (one) { one.classList[one === detail ? 'add' : 'remove']('is-shown'); });
    all('.yj-v').forEach(function (one) {
      if (one === figure) one.setAttribute('aria-current', 'true'); else one.removeAttribute('aria-current');
    });
    if (!from) return;
    detail.querySelector('h2').focus({ preventScroll: true });
    if (narrow.matches) detail.scrollIntoView({ block: 'start' });
    else {
      if (from === 'pager') figure.scrollIntoView({ block: 'nearest' });
      detail.querySelector('.yj-detail__h').scrollIntoView({ block: 'nearest' });
    }
    try { history.replaceState(null, '', '#' + id); } catch (e) { /* a page kept in a file has no history */ }
  }

  function only(button) {
    var on = button.getAttribute('aria-pressed') !== 'true', verdict = on ? button.getAttribute('data-verdict') : '';
    all('.yj-tally button').forEach(function (one) { one.setAttribute('aria-pressed', String(on && one === button)); });
    all('.yj-v').forEach(function (one) { one.classList[verdict && one.getAttribute('data-verdict') !== verdict ? 'add' : 'remove']('is-off'); });
    all('.yj-table--check tbody tr').forEach(function (row) { row.hidden = !!verdict && row.getAttribute('data-verdict') !== verdict; });
    var first = verdict && document.querySelector('.yj-v[data-verdict="' + verdict + '"]');
    if (first) show(first.getAttribute('href').slice(1));
  }

  function copyResult(button) {
    var label = button.getAttribute('data-label'), text = document.getElementById('yj-result').value;
    yj.copy(text, function () {
      yj.dress(button, 'check', yj.words.copied, true);
      setTimeout(function () { yj.dress(button, 'copy', label, false); }, 3000);
    }, function () {
      var whole = yj.element('pre', 'yj-all', text), line = yj.element('div');
      whole.style.whiteSpace = 'pre-wrap';
      line.appendChild(whole);
      desk.parentNode.insertBefore(yj.note('copy', yj.words.byHand, line), desk);
    });
  }

  function copyCitation(button) {
    var detail = button.closest('.yj-detail'), paper = detail.querySelector('.yj-paper'), link = paper.querySelector('.yj-open').href;
    yj.copyWith(button, paper.querySelector('.yj-cite').textContent + '，' + link, function (n) { detail.appendChild(n); });
  }

  function edit(open) {
    var form = document.querySelector('.yj-edit');
    form.classList[open ? 'add' : 'remove']('is-open');
    if (open) form.querySelector('textarea').focus();
  }

  document.addEventListener('click', function (event) {
    var hit = event.target.closest('a[href^="#d"],.yj-tally button,.yj-do-result,.yj-do-copy,.yj-do-print,.yj-do-edit,.yj-do-cancel');
    if (!hit) return;
    if (hit.classList.contains('yj-do-result')) copyResult(hit);
    else if (hit.classList.contains('yj-do-copy')) copyCitation(hit);
    else if (hit.classList.contains('yj-do-print')) window.print();
    else if (hit.classList.contains('yj-do-edit')) { event.preventDefault(); edit(true); }
    else if (hit.classList.contains('yj-do-cancel')) { event.preventDefault(); edit(false); }
    else if (hit.hasAttribute('data-verdict') && hit.tagName === 'BUTTON') only(hit);
    else if (document.getElementById(hit.getAttribute('href').slice(1))) {
      event.preventDefault();
      show(hit.getAttribute('href').slice(1), hit.classList.contains('yj-v') ? 'figure' : 'pager');
    }
  });

  if (desk) {
    /* the draft stands on this page only: the report opens beside it */
    all('.yj-desk a.yj-open,.yj-table--check a').forEach(function (a) { a.target = '_blank'; a.rel = 'noopener'; });
    if (/^#d\d+$/.test(location.hash)) show(location.hash.slice(1));
  }

  /* ---- sending a draft ---- */
  var form = document.getElementById('yj-form');
  all('.yj-file input').forEach(function (file) {
    file.addEventListener('change', function () {
      file.parentNode.querySelector('.yj-file__n').textContent = file.files.length ? file.files[0].name : '';
    });
  });
  if (form) {
    form.addEventListener('submit', function (event) {
      var pressed = event.submitter;
      if (pressed && pressed.name === 'as') return;
      document.getElementById('yj-wait').hidden = false;
    });
    window.addEventListener('pageshow', function () { document.getElementById('yj-wait').hidden = true; });
  }

  /* ---- the register, filtered while one types ---- */
  var tools = document.getElementById('yj-filter'), timer = 0, asked = 0;
  function address() {
    var pairs = all('input[name],select[name]', tools).filter(function (f) { return f.value; });
    return pairs.map(function (f) { return encodeURIComponent(f.name) + '=' + encodeURIComponent(f.value); }).join('&');
  }
  function filter() {
    var mine = ++asked, query = address(), url = tools.getAttribute('action') + (query ? '?' + query : '');
    fetch(url, { credentials: 'same-origin' }).then(function (r) {
      if (!r.ok) throw new Error(String(r.status));
      return r.text();
    }).then(function (html) {
      if (mine !== asked) return;
      var fresh = new DOMParser().parseFromString(html, 'text/html');
      document.getElementById('figs').innerHTML = fresh.getElementById('figs').innerHTML;
      document.getElementById('count').innerHTML = fresh.getElementById('count').innerHTML;
      history.replaceState(null, '', url);
    }).catch(function () { if (mine === asked) location.href = url; });
  }
  function soon() { clearTimeout(timer); timer = setTimeout(filter, 250); }
  if (tools && window.fetch && window.DOMParser) {
    tools.addEventListener('input', function (event) {
      if (event.target.type === 'search' && !event.isComposing) soon();
    });
    tools.addEventListener('compositionend', soon);
    tools.addEventListener('change', function (event) {
      if (event.target.name === 'report') tools.submit(); else if (event.target.tagName === 'SELECT') filter();
    });
    tools.addEventListener('submit', function (event) {
      if (event.submitter && event.submitter.name === 'as') return;
      event.preventDefault();
      filter();
    });
    document.getElementById('figs').addEventListener('click', function (event) {
      if (!event.target.closest('.yj-do-clear')) return;
      event.preventDefault();
      all('input[type=search],select[name=part]', tools).forEach(function (f) { f.value = ''; });
      filter();
      tools.querySelector('input[type=search]').focus();
    });
  }
})();
