/* Shared by every page: words, type size, copying, reading aloud. Plain old JavaScript: the report must work in old browsers. */
(function () {
  'use strict';
  var data = JSON.parse(document.getElementById('yj-data').textContent);
  var words = data.words;

  function sizeSwitch() {
    var button = document.querySelector('.yj-size'), root = document.documentElement;
    if (!button) return;
    function show() {
      var large = root.getAttribute('data-size') === 'large';
      button.setAttribute('aria-pressed', String(large));
      button.textContent = large ? words.normal : words.large;
    }
    button.addEventListener('click', function () {
      var size = root.getAttribute('data-size') === 'large' ? '' : 'large';
      root.setAttribute('data-size', size);
      try { localStorage.setItem('yj-size', size); } catch (e) { /* private window: the choice lasts for this page */ }
      show();
    });
    show();
  }

  /* 自动 follows the device; what is chosen here holds on every page. */
  function lookSwitch() {
    var buttons = Array.prototype.slice.call(document.querySelectorAll('.yj-looks button')), root = document.documentElement;
    function show() {
      var look = root.getAttribute('data-theme') || '';
      buttons.forEach(function (b) { b.setAttribute('aria-pressed', String(b.getAttribute('data-look') === look)); });
    }
    buttons.forEach(function (b) {
      b.addEventListener('click', function () {
        var look = b.getAttribute('data-look');
        if (look) root.setAttribute('data-theme', look); else root.removeAttribute('data-theme');
        try { localStorage.setItem('yj-look', look); } catch (e) { /* private window: the choice lasts for this page */ }
        show();
      });
    });
    show();
  }

  function icon(name) {
    var i = document.createElement('span');
    i.className = 'yj-i yj-i-' + name;
    return i;
  }

  function element(tag, css, text) {
    var e = document.createElement(tag);
    if (css) e.className = css;
    if (text) e.textContent = text;
    return e;
  }

  function button(text, css, action) {
    var b = element('button', css || 'yj-btn', text);
    b.type = 'button';
    b.addEventListener('click', action);
    return b;
  }

  /* A notice as drawn: a bar at its left, never a closed box. */
  function note(iconName, text, extra, bad) {
    var box = element('div', bad ? 'yj-note yj-note--bad' : 'yj-note'), body = element('div', 'yj-note__b', text);
    box.setAttribute('role', 'alert');
    box.appendChild(icon(iconName));
    if (extra) body.appendChild(extra);
    box.appendChild(body);
    return box;
  }

  function dress(b, iconName, text, on) {
    b.textContent = '';
    b.appendChild(icon(iconName));
    b.appendChild(document.createTextNode(text));
    b.classList[on ? 'add' : 'remove']('is-on');
  }

  function oldCopy(text) {
    var area = element('textarea');
    area.value = text;
    area.setAttribute('readonly', '');
    area.style.cssText = 'position:fixed;top:0;opacity:0';
    document.body.appendChild(area);
    area.select();
    var done = false;
    try { done = document.execCommand('copy'); } catch (e) { done = false; }
    area.remove();
    return done;
  }

  function copy(text, yes, no) {
    function again() { (oldCopy(text) ? yes : no)(); }
    if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(yes, again);
    else again();
  }

  function copyWith(b, text, place) {
    copy(text, function () {
      dress(b, 'check', words.copied, true);
      setTimeout(function () { dress(b, 'copy', words.copy, false); }, 3000);
    }, function () {
      var all = element('span', 'yj-all', text), line = element('div');
      line.appendChild(all);
      place(note('copy', words.byHand, line));
    });
  }

  var speaking = null;
  function quiet() {
    if (speaking) dress(speaking, 'sound', words.speak, false);
    speaking = null;
  }
  function speak(b, text) {
    var mine = speaking === b;
    window.speechSynthesis.cancel();
    quiet();
    if (mine) return;
    var said = new SpeechSynthesisUtterance(text);
    said.lang = 'zh-CN';
    said.rate = 0.9;
    said.onend = said.onerror = function () { if (speaking === b) quiet(); };
    speaking = b;
    dress(b, 'stop', words.stop, true);
    window.speechSynthesis.speak(said);
  }

  if (!('speechSynthesis' in window)) document.documentElement.classList.add('no-speech');
  else window.addEventListener('pagehide', function () { window.speechSynthesis.cancel(); });
  sizeSwitch();
  lookSwitch();
  /* Where it is allowed: a page for when the network is gone, and a place on the home screen. */
  if ('serviceWorker' in navigator && window.isSecureContext) {
    window.addEventListener('load', function () {
      navigator.serviceWorker.register(data.base + '/sw.js', { scope: data.base + '/' }).then(null, function () { /* a private window goes without */ });
    });
  }
  window.yj = { data: data, words: words, element: element, button: button, note: note, icon: icon, dress: dress, copy: copy, copyWith: copyWith, speak: speak };
})();
