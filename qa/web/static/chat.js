/* The chat's behaviour. Gradio shows the conversation; questions are asked here, and everything a visitor presses is heard here.
   window.youju holds the functions that Gradio's events call by name; each returns a list of one output. The talk lives in sessionStorage: a visitor who reads
   the report and comes back finds it, and it is gone when the tab is closed or the talk is cleared. */
(function () {
  'use strict';
  var words = yj.words, data = yj.data, KEY = 'yj-talk', WHERE = 'yj-where', MOST = 30, PATIENCE = 180000;
  var log = document.getElementById('yj-log'), form = document.querySelector('.yj-bar'), box = document.getElementById('q');
  var picker = document.getElementById('report');  /* only where there are several reports */
  var framework = document.querySelector('gradio-app').getAttribute('data-styles');  /* none while the server still loads it */
  var wrong = document.getElementById('yj-wrong'), notices = document.getElementById('yj-notices');
  var turns = load(), pending = null, failed = null, mounted = false, plain = null, offlineNote = null;

  /* ---------- the talk ---------- */
  function load() {
    try { return JSON.parse(sessionStorage.getItem(KEY)) || []; } catch (e) { return []; }
  }
  function save() {
    try { sessionStorage.setItem(KEY, JSON.stringify(turns.slice(-MOST))); } catch (e) { /* storage full or forbidden */ }
  }
  /* Where to look: what the address asked for, else what was chosen before in this talk. */
  function where() { return picker ? picker.value : ''; }
  function look(choice) {
    if (!picker || !Array.prototype.some.call(picker.options, function (o) { return o.value === choice; })) return;
    picker.value = choice;
    keepWhere();
  }
  function keepWhere() {
    try { sessionStorage.setItem(WHERE, where()); } catch (e) { /* forbidden */ }
  }
  (function () {
    if (!picker) return;
    var asked = new URLSearchParams(location.search).get('report'), before = '';
    try { before = sessionStorage.getItem(WHERE) || ''; } catch (e) { /* forbidden */ }
    look(asked === null ? before : asked);
    picker.addEventListener('change', keepWhere);
  })();
  function address(question) {
    return data.base + '/?q=' + encodeURIComponent(question) + (where() ? '&report=' + encodeURIComponent(where()) : '');
  }
  function message(role, html) {
    return { role: role, metadata: null, options: null, content: [{ type: 'text', text: html }] };
  }
  function asked(question) {
    var holder = yj.element('div', 'yj-q'), hidden = yj.element('span', 'yj-hide', words.youAsked);
    holder.appendChild(hidden);
    holder.appendChild(document.createTextNode(question.split('\n').map(function (line) { return line.trim(); }).filter(Boolean).join(' ')));
    return holder.outerHTML;
  }
  function answerBox(inner) {
    var holder = yj.element('div', 'yj-answer');
    holder.appendChild(inner);
    return holder.outerHTML;
  }
  function waiting() {
    var line = yj.element('div', 'yj-wait');
    line.appendChild(yj.element('span', 'yj-wait__b'));
    line.appendChild(document.createTextNode(words.looking));
    return answerBox(line);
  }
  function trouble() {
    var row = yj.element('div', 'yj-btns'), again = yj.element('button', 'yj-btn yj-again', words.again);
    again.type = 'button';
    row.appendChild(again);
    return answerBox(yj.note('alert', words.failed, row, true));
  }
  function messages(last) {
    var all = [];
    turns.forEach(function (turn) { all.push(message('user', asked(turn.q)), message('assistant', turn.html)); });
    if (last) all.push(message('user', asked(last.q)), message('assistant', last.html));
    log.classList[all.length || document.getElementById('yj-first') ? 'add' : 'remove']('yj-asked');
    document.querySelector('.yj-clear').hidden = !all.length;
    if (plain) draw(all);
    return all;
  }

  /* Without the framework (blocked, too much for an old browser, or merely not there yet when somebody asks) the talk is drawn here,
     and stays so until the page is left. What stands already is not drawn again: a screen reader would read it again. */
  function goPlain() {
    if (plain || mounted) return;
    plain = yj.element('div');
    plain.id = 'yj-plain';
    log.insertBefore(plain, log.querySelector('gradio-app'));
    adopt();
    messages();
    setTimeout(ready, 0);
  }
  function draw(all) {
    for (var i = 0; i < all.length; i += 2) drawTurn(i / 2, all[i].content[0].text, all[i + 1].content[0].text);
    while (plain.children.length > all.length / 2) plain.removeChild(plain.lastChild);
  }
  function drawTurn(place, question, answer) {
    var turn = plain.children[place];
    if (!turn) {
      turn = yj.element('article', 'yj-turn');
      turn.appendChild(yj.element('div', 'yj-ask'));
      turn.appendChild(yj.element('div'));
      plain.appendChild(turn);
    }
    [question, answer].forEach(function (html, part) {
      if (turn.children[part].drawn !== html) turn.children[part].innerHTML = html; /* escaped by the server, or built above */
      turn.children[part].drawn = html;
    });
  }

  window.youju = {
    restore: function () {
      if (plain) return [[]];
      adopt();
      var all = messages();
      mounted = true;
      setTimeout(ready, 0);
      return [all];
    },
    begin: function () {
      failed = null;
      setTimeout(showLast, 60);
      return [messages({ q: pending, html: waiting() })];
    },
    answer: function () {
      var question = pending;
      return fetchAnswer(question).then(function (html) {
        turns.push({ q: question, html: html });
        turns = turns.slice(-MOST);
        save();
        return arrived();
      }, function () {
        failed = question;
        return arrived({ q: question, html: trouble() });
      });
    },
    forget: function () {
      turns = [];
      failed = null;
      try { sessionStorage.removeItem(KEY); } catch (e) { /* nothing was kept */ }
      look('');
      box.focus();
      return [messages()];
    }
  };

  function fetchAnswer(question) {
    var stop = window.AbortController ? new AbortController() : { abort: function () { /* an old browser waits */ } };
    var timer = setTimeout(function () { stop.abort(); }, PATIENCE), until = Date.now() + PATIENCE;
    function done(then) { return function (given) { clearTimeout(timer); return then(given); }; }
    var body = { question: question, history: turns.map(function (turn) { return turn.q; }).slice(-8), report: where() };
    return turnOf(body, stop.signal, until).then(done(function (html) { return html; }), done(function (error) { throw error; }));
  }
  /* When many ask at once we are told our place, and ask again with the ticket that keeps it. */
  function turnOf(body, signal, until) {
    return fetch(data.base + '/chat/answer', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal: signal })
      .then(function (r) {
        if (r.ok) return r.text();
        if (r.status !== 503 || Date.now() > until) throw new Error(String(r.status));
        return r.json().then(function (said) {
          if (!said.ticket) throw new Error('503');
          body.ticket = said.ticket;
          tellPlace(said.ahead);
          return later(r.headers.get('Retry-After')).then(function () { return turnOf(body, signal, until); });
        });
      });
  }
  function later(seconds) {
    return new Promise(function (resolve) { setTimeout(resolve, (Number(seconds) || 3) * 1000); });
  }
  function tellPlace(ahead) {
    var lines = document.querySelectorAll('#yj-talk .yj-wait,#yj-plain .yj-wait'), line = lines[lines.length - 1];
    if (line) line.lastChild.textContent = words.inLine.replace('{count}', ahead);
  }
  function arrived(last) {
    pending = null;
    form.classList.remove('is-busy');
    setTimeout(showLast, 60);
    return [messages(last)];
  }
  /* A question that came with the address was answered on the server: take it into the talk. */
  function adopt() {
    var first = document.getElementById('yj-first');
    if (!first) return;
    var q = first.querySelector('.yj-q').cloneNode(true);
    q.querySelector('.yj-hide').remove();
    turns.push({ q: q.textContent, html: first.querySelector('.yj-answer').outerHTML });
    save();
    if (plain) first.parentNode.removeChild(first);
    else whenShown(turns.length, function () { first.remove(); showLast('auto'); });
    history.replaceState(history.state, '', data.base + '/');
  }
  function whenShown(count, then, tries) {
    if (document.querySelectorAll('#yj-talk .yj-answer').length >= count || tries > 100) then();
    else setTimeout(function () { whenShown(count, then, (tries || 0) + 1); }, 20);
  }
  function ready() {
    var late = new URLSearchParams(location.search).get('q');
    if (late && late.trim() && !document.getElementById('yj-first') && !pending) {
      history.replaceState(history.state, '', data.base + '/');
      send(late);
    } else if (turns.length && !location.hash && !document.getElementById('yj-first')) {  /* what came with the address is shown when it is taken in */
      if (plain) showLast('auto');
      else whenShown(turns.length, function () { showLast('auto'); });
    }
  }
  function showLast(how) {
    var all = document.querySelectorAll('#yj-talk .yj-q,#yj-plain .yj-q'), last = all[all.length - 1];
    if (!last) return;
    var calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    window.scrollTo({ top: last.getBoundingClientRect().top + window.pageYOffset - 24, behavior: how || (calm ? 'auto' : 'smooth') });
  }

  /* ---------- asking ---------- */
  function say(text) {
    wrong.textContent = text;
    if (text) { box.setAttribute('aria-invalid', 'true'); box.setAttribute('aria-describedby', 'yj-wrong'); box.focus(); }
    else { box.removeAttribute('aria-invalid'); box.removeAttribute('aria-describedby'); }
  }
  var sentAt = 0;
  function send(question) {
    var gradio = document.getElementById('yj-send');
    question = question.trim();
    if (!question) return pending !== null || Date.now() - sentAt < 1000 ? undefined : say(words.empty);  /* the second of two taps asks nothing */
    if (question.length > data.maxQuestion) return say(words.tooLong);
    if (pending !== null) return undefined;
    if (navigator.onLine === false) { box.value = question; grow(); return offline(); }
    if (!mounted || !gradio) goPlain();
    say('');
    notices.querySelectorAll('.yj-note:not(.yj-stay)').forEach(function (n) { n.remove(); });
    pending = question;
    sentAt = Date.now();
    form.classList.add('is-busy');
    box.value = '';
    grow();
    if (window.matchMedia('(hover: none)').matches) box.blur();
    if (!plain) { gradio.click(); return undefined; }
    youju.begin();
    youju.answer();
    return undefined;
  }
  function grow() {
    box.style.height = 'auto';
    var line = parseFloat(getComputedStyle(box).lineHeight) || 28;
    box.style.height = Math.min(box.scrollHeight + 4, line * 4 + 26) + 'px';
  }
  form.addEventListener('submit', function (event) { event.preventDefault(); send(box.value); });
  box.addEventListener('input', function () { if (wrong.textContent) say(''); grow(); });
  /* Enter sends; Enter that ends a composition (an input method choosing its word) never does. */
  box.addEventListener('keydown', function (event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send(box.value);
  });

  /* ---------- network ---------- */
  function offline() {
    if (offlineNote) return;
    offlineNote = yj.note('offline', words.offline);
    offlineNote.classList.add('yj-stay');
    notices.appendChild(offlineNote);
  }
  window.addEventListener('offline', offline);
  window.addEventListener('online', function () {
    if (!offlineNote) return;
    offlineNote.remove();
    offlineNote = null;
    notice(yj.note('check', words.online), 5000);
  });
  function notice(node, ms) {
    notices.querySelectorAll('.yj-note:not(.yj-stay)').forEach(function (n) { n.remove(); });
    notices.appendChild(node);
    if (ms) setTimeout(function () { node.remove(); }, ms);
  }
  (function warm() {
    var line = document.getElementById('yj-warming');
    if (!line) return;
    fetch(data.base + '/readyz', { cache: 'no-store' }).then(function (r) { return r.ok; }, function () { return false; }).then(function (ok) {
      if (ok) line.remove();
      else setTimeout(warm, 1500);
    });
  })();

  /* ---------- buttons in answers ---------- */
  function answerOf(node) { return node.closest('.yj-answer'); }
  function said(answer, css) {
    var words = answer.querySelector(css);
    return words ? words.textContent : '';
  }
  function papers(answer) {
    return Array.prototype.filter.call(answer.querySelectorAll('.yj-paper'), function (p) { return !p.closest('.yj-more'); });
  }
  function sentenceOf(answer) {
    var open = answer.querySelector('.yj-open');
    return open ? open.getAttribute('href').split('#')[1] || '' : '';
  }
  function citation(answer) {
    return papers(answer).map(function (p) {
      return p.querySelector('.yj-cite').textContent + '，' + new URL(p.querySelector('.yj-open').getAttribute('href'), location.href).href;
    }).join('\n');
  }
  function under(node, extra) {
    var old = node.parentNode.querySelector('.yj-added');
    if (old) old.remove();
    extra.classList.add('yj-added');
    node.insertAdjacentElement('afterend', extra);
    extra.scrollIntoView({ block: 'nearest' });  /* not half under the ask bar */
  }
  function share(answer) {
    var after = said(answer, '.yj-after'), foot = answer.querySelector('.yj-foot');
    var link = location.origin + address((!after && said(answer, '.yj-meant')) || said(answer, '.yj-asked'));
    if (after) link += '&after=' + encodeURIComponent(after);
    if (/MicroMessenger/i.test(navigator.userAgent)) return under(foot, yj.note('share', words.wechat, linkButton(link, foot)));
    if (navigator.share) return navigator.share({ title: document.title, url: link }).catch(function () { /* the visitor changed their mind */ });
    return copyLink(link, foot);
  }
  function linkButton(link, foot) {
    var row = yj.element('div', 'yj-btns');
    row.appendChild(yj.button(words.copyLink, 'yj-btn', function () { copyLink(link, foot); }));
    return row;
  }
  function copyLink(link, foot) {
    yj.copy(link, function () { under(foot, yj.note('check', words.linkCopied)); }, function () {
      var line = yj.element('div');
      line.appendChild(yj.element('span', 'yj-all', link));
      under(foot, yj.note('copy', words.byHand, line));
    });
  }
  function feedback(answer, vote, reason, then) {
    var body = JSON.stringify({ question: said(answer, '.yj-asked'), sentence_id: sentenceOf(answer), vote: vote, reason: reason });
    fetch(data.base + '/api/v1/feedback', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: body })
      .then(function (r) { return r.ok; }, function () { return false; })
      .then(function (ok) {
        var line = yj.element('p', 'yj-wait yj-thanks');
        line.setAttribute('role', 'status');
        line.appendChild(yj.icon(ok ? 'check' : 'alert'));
        line.appendChild(document.createTextNode(ok ? words.thanks : words.notSaved));
        then(line);
      });
  }
  function vote(button, up) {
    var answer = answerOf(button), foot = answer.querySelector('.yj-foot');
    answer.querySelectorAll('.yj-do-up,.yj-do-down').forEach(function (b) {
      b.classList[b === button ? 'add' : 'remove']('is-on');
      b.setAttribute('aria-pressed', String(b === button));
    });
    if (up) feedback(answer, 'up', '', function (line) { under(foot, line); });
    else under(foot, why(answer, foot));
  }
  function why(answer, foot) {
    var holder = yj.element('div', 'yj-why'), row = yj.element('div', 'yj-btns');
    holder.appendChild(yj.element('p', 'yj-why__t', words.why));
    words.reasons.forEach(function (reason) {
      row.appendChild(yj.button(reason, 'yj-btn', function () {
        feedback(answer, 'down', reason, function (line) { under(foot, line); });
      }));
    });
    holder.appendChild(row);
    return holder;
  }
  function tell(button) {
    feedback(answerOf(button), 'down', words.tellReason, function (line) { under(button.parentNode, line); });
  }

  var ACTS = {
    'yj-do-copy': function (b) { yj.copyWith(b, citation(answerOf(b)), function (n) { under(answerOf(b).querySelector('.yj-foot'), n); }); },
    'yj-do-share': function (b) { share(answerOf(b)); },
    'yj-do-sound': function (b) { yj.speak(b, papers(answerOf(b)).map(function (p) { return p.querySelector('.yj-quote').textContent; }).join('\n')); },
    'yj-do-up': function (b) { vote(b, true); },
    'yj-do-down': function (b) { vote(b, false); },
    'yj-do-tell': tell,
    'yj-again': function () { if (failed) send(failed); },
    'yj-do-clear': function () { if (plain) youju.forget(); else document.getElementById('yj-clear').click(); }
  };
  document.addEventListener('click', function (event) {
    var link = event.target.closest('a.yj-topic,a.yj-chip,a.yj-rephrase');
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      var asks = new URL(link.getAttribute('href'), location.href).searchParams;
      if (asks.has('report')) look(asks.get('report'));
      send(asks.get('q'));
      return;
    }
    var b = event.target.closest('button');
    if (b) Object.keys(ACTS).forEach(function (name) { if (b.classList.contains(name)) ACTS[name](b); });
  });

  /* ---------- what the framework adds by itself: English labels, a second log, new windows ---------- */
  function tidy() {
    var app = document.querySelector('gradio-app');
    app.querySelectorAll('[role=log]').forEach(function (e) { e.removeAttribute('role'); });
    app.querySelectorAll('[aria-live]').forEach(function (e) { e.removeAttribute('aria-live'); });
    app.querySelectorAll('main:not([role])').forEach(function (e) { e.setAttribute('role', 'presentation'); });
    app.querySelectorAll('[aria-label],[title]').forEach(function (e) {
      ['aria-label', 'title'].forEach(function (name) {
        if (/[A-Za-z]{2}/.test(e.getAttribute(name) || '')) e.removeAttribute(name);
      });
    });
    app.querySelectorAll('.yj-answer a[target]').forEach(function (a) { a.removeAttribute('target'); });
    app.querySelectorAll('.yj-note:not([role])').forEach(function (n) { n.setAttribute('role', 'alert'); });
  }
  /* The framework looks at the device alone when it picks its colours; what the visitor picked holds. */
  (function look() {
    var root = document.documentElement, dark = window.matchMedia('(prefers-color-scheme: dark)');
    function agree() {
      var theme = root.getAttribute('data-theme'), should = theme ? theme === 'dark' : dark.matches;
      if (document.body.classList.contains('dark') !== should) document.body.classList[should ? 'add' : 'remove']('dark');
    }
    new MutationObserver(agree).observe(document.body, { attributes: true, attributeFilter: ['class'] });
    new MutationObserver(agree).observe(root, { attributes: true, attributeFilter: ['data-theme'] });
    agree();
  })();
  /* Its styles come by script and last: neither the first paint nor the first question waits for them, and who has no script needs none. */
  (function styles() {
    if (!framework) return;
    var link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = framework;
    document.body.appendChild(link);
  })();
  /* The server holds a file of the framework back until it has loaded it. Then the page is opened again, unless somebody is at it:
     what was asked before is kept, and comes back. */
  function whenThere() {
    fetch(data.base + '/theme.css').then(function (r) {
      if (r.ok && pending === null && !box.value && document.activeElement !== box) location.reload();
    }, function () { /* the talk stays as it is drawn */ });
  }
  (function withoutFramework() {
    if (!framework || !('noModule' in document.createElement('script'))) goPlain();
    if (!framework) whenThere();
    if (plain) return;
    window.addEventListener('load', function () { if (!window.customElements.get('gradio-app')) goPlain(); });
    setTimeout(goPlain, 15000);
  })();
  new MutationObserver(tidy).observe(document.querySelector('gradio-app'), { childList: true, subtree: true, attributes: true, attributeFilter: ['aria-label', 'target', 'role', 'title'] });
  grow();
})();
