// Theme, menu on small screens, and search. Works from a folder: the index is a script, nothing is fetched.
(() => {
  'use strict';
  const root = document.documentElement;
  let stored = null;
  try { stored = localStorage.getItem('harmonium-theme'); } catch { /* a browser may forbid it for files */ }
  if (stored) root.dataset.theme = stored;

  // Every word must occur; names and titles before text, short ones before long ones.
  const rank = (entry, words) => {
    const name = entry.n.toLowerCase(), title = (entry.p || '').toLowerCase(), text = (entry.x || '').toLowerCase();
    let score = 0;
    for (const word of words) {
      if (name === word) score += 100;
      else if (name.startsWith(word)) score += 40;
      else if (name.includes(word)) score += 25;
      else if (title.includes(word)) score += 8;
      else if (text.includes(word)) score += 3;
      else return 0;
    }
    return score + (entry.x ? 4 : 0) - Math.min(name.length, 60) / 20;
  };

  const excerpt = (text, word) => {
    const at = Math.max(0, text.toLowerCase().indexOf(word) - 40);
    return (at ? '… ' : '') + text.slice(at, at + 130) + (text.length > at + 130 ? ' …' : '');
  };

  document.addEventListener('DOMContentLoaded', () => {
    const base = document.body.dataset.root, input = document.getElementById('search');
    const found = document.getElementById('found'), menu = document.getElementById('menu');
    const button = document.getElementById('menu-button');

    document.getElementById('theme-button').addEventListener('click', () => {
      const dark = getComputedStyle(root).getPropertyValue('--dark').trim() === '1';
      root.dataset.theme = dark ? 'light' : 'dark';
      try { localStorage.setItem('harmonium-theme', root.dataset.theme); } catch { /* as above */ }
    });
    button.addEventListener('click', () =>
      button.setAttribute('aria-expanded', String(menu.classList.toggle('open'))));
    for (const box of document.querySelectorAll('main.reference table.memname, main.reference table.memberdecls')) {
      const wrap = document.createElement('div');
      wrap.className = 'scroll';
      box.replaceWith(wrap);
      wrap.append(box);
    }

    let loading = false;
    const show = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      found.replaceChildren();
      found.hidden = words.length === 0;
      if (!window.harmoniumIndex || found.hidden) return;
      const hits = window.harmoniumIndex.map((entry) => [rank(entry, words), entry])
        .filter(([score]) => score > 0).sort((a, b) => b[0] - a[0]).slice(0, 24);
      for (const [, entry] of hits) {
        const item = document.createElement('li'), link = document.createElement('a');
        link.href = base + entry.u;
        const name = document.createElement('b');
        name.textContent = entry.n;
        link.append(name, ' ' + (entry.p || ''));
        if (entry.x) {
          const line = document.createElement('span');
          line.textContent = excerpt(entry.x, words[0]);
          link.append(line);
        }
        item.append(link);
        found.append(item);
      }
      if (hits.length === 0) {
        const none = document.createElement('li');
        none.textContent = 'nothing found';
        found.append(none);
      }
    };
    const load = () => {
      if (loading) return;
      loading = true;
      const script = document.createElement('script');
      script.src = base + 'search-index.js';
      script.addEventListener('load', show);
      document.head.append(script);
    };
    input.addEventListener('focus', load);
    input.addEventListener('input', () => { load(); show(); });
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') { input.value = ''; show(); input.blur(); }
      if (event.key === 'Enter') found.querySelector('a')?.click();
    });
    document.addEventListener('keydown', (event) => {
      if (event.key === '/' && !/INPUT|TEXTAREA/.test(document.activeElement.tagName)) {
        event.preventDefault();
        input.focus();
      }
    });
    document.addEventListener('click', (event) => {
      if (!event.target.closest('.search')) found.hidden = true;
    });
    // A search that is part of the address: page.html?find=words
    const words = new URLSearchParams(location.search).get('find');
    if (words) { input.value = words; load(); }
  });
})();
