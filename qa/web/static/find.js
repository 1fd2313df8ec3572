/* Finding words in the report: phones, and WeChat above all, have no find of their own. Words are looked for line by line, across figures and
   sentences; width and case make no difference. */
(function () {
  'use strict';
  var bar = document.getElementById('yj-find'), text = document.querySelector('.yj-text');
  if (!bar || !text) return;
  var box = bar.querySelector('input'), count = bar.querySelector('output'), found = [], here = -1, timer = 0;

  function folded(char) {
    var one = char.normalize ? char.normalize('NFKC') : char;
    return (one.length === 1 ? one : char).toLowerCase();
  }
  function fold(words) { return words.split('').map(folded).join(''); }

  function clear() {
    Array.prototype.slice.call(text.querySelectorAll('.yj-hit')).forEach(function (mark) {
      var parent = mark.parentNode;
      while (mark.firstChild) parent.insertBefore(mark.firstChild, mark);
      parent.removeChild(mark);
      parent.normalize();
    });
    found = [];
    here = -1;
  }
  function textNodes(block) {
    var walk = document.createTreeWalker(block, 4, null, false), nodes = [];
    while (walk.nextNode()) nodes.push(walk.currentNode);
    return nodes;
  }
  /* Every match in one line of the report; a match that runs through a figure is several marks. */
  function search(block, wanted) {
    var nodes = textNodes(block), words = fold(nodes.map(function (node) { return node.data; }).join('')), places = [], at = words.indexOf(wanted);
    while (at >= 0) { places.push(at); at = words.indexOf(wanted, at + wanted.length); }
    var marks = places.map(function () { return []; });
    for (var p = places.length - 1; p >= 0; p--) mark(nodes, places[p], places[p] + wanted.length, marks[p]);
    found = found.concat(marks);
  }
  function mark(nodes, start, end, marks) {
    var from = 0;
    nodes.forEach(function (node) { node.yjStart = from; from += node.yjLength || (node.yjLength = node.data.length); });
    nodes.forEach(function (node) {
      var a = Math.max(start - node.yjStart, 0), b = Math.min(end - node.yjStart, node.yjLength);
      if (a >= b) return;
      var part = node.splitText(a), rest = part.splitText(b - a), wrap = yj.element('mark', 'yj-hit');
      part.parentNode.insertBefore(wrap, rest);
      wrap.appendChild(part);
      marks.push(wrap);
    });
  }

  function go(to) {
    if (!found.length) return;
    if (found[here]) found[here].forEach(function (m) { m.classList.remove('is-on'); });
    here = (to + found.length) % found.length;
    found[here].forEach(function (m) { m.classList.add('is-on'); });
    found[here][0].scrollIntoView({ block: 'center' });
    say();
  }
  function say() {
    var words = fold(box.value.trim());
    count.textContent = !words ? '' : found.length ? yj.words.found.replace('{number}', here + 1).replace('{count}', found.length) : yj.words.notFound;
    bar.querySelectorAll('.yj-find__go').forEach(function (b) { b.disabled = found.length < 2; });
  }
  function look() {
    var wanted = fold(box.value.trim());
    clear();
    if (wanted) Array.prototype.slice.call(text.children).forEach(function (block) { search(block, wanted); });
    go(0);
    say();
  }
  function open(yes) {
    bar.hidden = !yes;
    if (yes) { box.focus(); box.select(); if (box.value) look(); } else { clear(); document.querySelector('.yj-do-find').focus(); }
  }

  document.addEventListener('click', function (event) {
    var hit = event.target.closest('.yj-do-find,.yj-find__go,.yj-find__x');
    if (!hit) return;
    if (hit.classList.contains('yj-do-find')) open(true);
    else if (hit.classList.contains('yj-find__x')) open(false);
    else go(here + Number(hit.value));
  });
  function soon() { clearTimeout(timer); timer = setTimeout(look, 200); }
  box.addEventListener('input', function (event) { if (!event.isComposing) soon(); });
  box.addEventListener('compositionend', soon);
  bar.addEventListener('submit', function (event) { event.preventDefault(); clearTimeout(timer); if (found.length) go(here + 1); else look(); });
  bar.addEventListener('keydown', function (event) { if (event.key === 'Escape') open(false); });
})();
