'use strict';
// Reads the page's own data and draws; asks nobody. Text from the zone reaches the page as text alone (textContent).
(() => {
  const $ = (id) => document.getElementById(id);
  const report = JSON.parse($('data').textContent);
  const details = report.details;
  const [plainLimit, flagDay, recommended] = report.limits;
  const perPage = 50;
  const severities = ['info', 'notice', 'warning', 'error'];
  const relations = ['in-domain', 'sibling', 'sibling, own data', 'unrelated'];
  const styleTexts = {
    question: 'header and question', frames: 'NS records', names: 'host names', proof: 'DS or its proof',
    signature: 'signatures', opt: 'OPT', glue: 'required glue', more: 'other glue',
  };
  const edns = report.signed ? 'with EDNS and DO' : 'with EDNS';

  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }
  function draw(tag, attributes) {
    const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  }
  const grouped = (n) => String(n).length < 5 ? String(n) : String(n).replace(/\B(?=(\d{3})+$)/g, '\u202f');
  const counted = (n, one) => `${grouped(n)} ${one}${n === 1 ? '' : 's'}`;
  const plainName = (name) => name.length > 1 ? name.slice(0, -1) : name;
  const signed = (n) => (n < 0 ? '\u2212' : '') + grouped(Math.abs(n));

  // ---- colours
  const themes = ['system', 'light', 'dark'];
  function setTheme(theme) {
    if (theme === 'system') document.documentElement.removeAttribute('data-theme');
    else document.documentElement.setAttribute('data-theme', theme);
    $('theme').textContent = `Theme: ${theme}`;
    try { localStorage.setItem('torii-theme', theme); } catch { /* a page without storage keeps the system's */ }
  }
  let theme = 'system';
  try { theme = themes.includes(localStorage.getItem('torii-theme')) ? localStorage.getItem('torii-theme') : theme; } catch { /* as above */ }
  setTheme(theme);
  $('theme').hidden = false;
  $('theme').addEventListener('click', () => setTheme(theme = themes[(themes.indexOf(theme) + 1) % themes.length]));

  // ---- rows
  const rows = details.delegations.map((one) => ({
    one,
    name: plainName(one.name),
    key: [one.name, ...one.hosts.map((host) => details.hosts[host[0]])].join(' ').toLowerCase(),
    hosts: one.hosts.length,
    plain: one.sizes[2],
    edns: one.sizes[5],
    plainRoom: plainLimit - one.sizes[1],
    room: flagDay - one.sizes[4],
    misses: one.misses || [],
    gravest: Math.max(-1, ...(one.misses || []).map((miss) => miss[1])),
  }));
  const byName = new Map(rows.map((row) => [row.one.name, row]));
  const missText = (row) => {
    if (row.gravest < 1) return '';
    const shown = row.misses.filter((miss) => miss[1] === row.gravest);
    return `${severities[row.gravest]}: ` + shown.map((miss) => report.policies[miss[0]].id).join(', ');
  };
  const columns = [
    { id: 'name', text: 'delegation' },
    { id: 'hosts', text: 'hosts', number: true, extra: true },
    { id: 'plain', text: 'no EDNS', number: true },
    { id: 'plainRoom', text: `room at ${plainLimit}`, number: true, extra: true },
    { id: 'edns', text: report.signed ? 'EDNS, DO' : 'EDNS', number: true },
    { id: 'room', text: `room at ${flagDay}`, number: true },
    { id: 'gravest', text: 'misses', extra: true },
  ];
  const bands = [
    { id: 'p0', text: `no EDNS: up to ${plainLimit}`, test: (row) => row.plain <= plainLimit },
    { id: 'p1', text: `no EDNS: more than ${plainLimit}`, test: (row) => row.plain > plainLimit },
    { id: 'e0', text: `${edns}: up to ${flagDay}`, test: (row) => row.edns <= flagDay },
    { id: 'e1', text: `${edns}: more than ${flagDay}`, test: (row) => row.edns > flagDay },
    { id: 'e2', text: `${edns}: more than ${recommended}`, test: (row) => row.edns > recommended },
  ];
  const view = { sort: 'name', down: false, page: 0, rows };
  const order = new Map(rows.map((row, i) => [row, i]));

  function fillChoices() {
    report.policies.forEach((policy, i) => {
      const count = rows.filter((row) => row.misses.some((miss) => miss[0] === i)).length;
      if (count > 0) $('rule').append(make('option', { value: policy.id }, `misses ${policy.id} (${count})`));
    });
    for (const band of bands) $('band').append(make('option', { value: band.id }, `${band.text} (${rows.filter(band.test).length})`));
    const head = $('list').tHead.rows[0];
    for (const column of columns) {
      const button = make('button', { type: 'button' }, column.text);
      button.addEventListener('click', () => {
        view.down = view.sort === column.id ? !view.down : column.id !== 'name' && !column.id.endsWith('oom');
        view.sort = column.id;
        view.page = 0;
        select();
      });
      const cell = make('th', { scope: 'col' }, button);
      if (column.number) cell.classList.add('number');
      if (column.extra) cell.classList.add('extra');
      head.append(cell);
    }
  }

  function select() {
    const text = $('find').value.trim().toLowerCase();
    const rule = report.policies.findIndex((policy) => policy.id === $('rule').value);
    const band = bands.find((one) => one.id === $('band').value);
    view.rows = rows.filter((row) => (text === '' || row.key.includes(text)) && (!band || band.test(row)) &&
      (rule < 0 || row.misses.some((miss) => miss[0] === rule)));
    // Names stand in canonical order, which the data already has.
    const value = view.sort === 'name' ? (row) => order.get(row) : (row) => row[view.sort];
    view.rows.sort((a, b) => (view.down ? value(b) - value(a) : value(a) - value(b)) || order.get(a) - order.get(b));
    [...$('list').tHead.rows[0].cells].forEach((cell, i) => {
      if (columns[i].id === view.sort) cell.setAttribute('aria-sort', view.down ? 'descending' : 'ascending');
      else cell.removeAttribute('aria-sort');
    });
    show();
  }

  function show() {
    const pages = Math.max(1, Math.ceil(view.rows.length / perPage));
    view.page = Math.min(view.page, pages - 1);
    const body = $('list').tBodies[0];
    body.replaceChildren(...view.rows.slice(view.page * perPage, (view.page + 1) * perPage).map((row) => make('tr', {},
      make('th', { scope: 'row' }, make('a', { class: 'name', href: linkTo(row.one) }, row.name)),
      make('td', { class: 'number extra' }, String(row.hosts)),
      make('td', { class: 'number' }, grouped(row.plain)),
      make('td', { class: `number extra ${row.plainRoom < 0 ? 'error' : ''}` }, signed(row.plainRoom)),
      make('td', { class: 'number' }, grouped(row.edns)),
      make('td', { class: `number ${row.room < 0 ? 'error' : ''}` }, signed(row.room)),
      make('td', { class: `extra ${severities[row.gravest] || ''}` }, missText(row)))));
    $('found').textContent = view.rows.length === rows.length
      ? counted(rows.length, 'delegation')
      : `${grouped(view.rows.length)} of ${counted(rows.length, 'delegation')}`;
    $('place').textContent = `page ${view.page + 1} of ${pages}`;
    $('before').disabled = view.page === 0;
    $('after').disabled = view.page + 1 >= pages;
  }
  const linkTo = (one) => '#d=' + encodeURIComponent(one.name).replace(/[!'()*~]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());

  // ---- one delegation
  // The parts in sending order; glue by RRset, as it goes or stays as a whole.
  function partsOf(one, qname, withEdns) {
    const parts = [{ style: 'question', octets: 12, text: 'header' },
      { style: 'question', octets: qname + 4, text: `question, QNAME of ${qname} octets` },
      { style: 'frames', octets: one.hosts.length * (one.owner === 1 ? 11 : 12), text: `${counted(one.hosts.length, 'NS record')} without host names` }];
    for (const host of one.hosts) parts.push({ style: 'names', octets: host[2], text: `name of ${plainName(details.hosts[host[0]])}` });
    if (withEdns) {
      for (const [type, octets] of one.proof || []) parts.push({ style: type === 'RRSIG' ? 'signature' : 'proof', octets, text: type });
      parts.push({ style: 'opt', octets: 11, text: 'OPT (EDNS)' });
    }
    const glue = [];
    const sent = one.glue_order || one.hosts.map((host, i) => i).filter((i) => one.hosts[i][3] + one.hosts[i][4] > 0);
    for (const i of sent) {
      const [name, relation, , a, aaaa, aSigned, aaaaSigned] = one.hosts[i];
      const required = relation === 0 || (one.cyclic && relation === 1);
      const add = (count, octets, type, signatures) => {
        if (count === 0) return;
        glue.push({
          style: required ? 'glue' : 'more', required, octets: count * octets + (withEdns ? signatures || 0 : 0),
          text: `${plainName(details.hosts[name])} ${type}${count > 1 ? `, ${count} records` : ''}, ${required ? 'required' : 'may be left out'}`,
        });
      };
      add(a, 16, 'A', aSigned);
      add(aaaa, 28, 'AAAA', aaaaSigned);
    }
    return { parts, glue };
  }
  const sum = (list) => list.reduce((total, part) => total + part.octets, 0);

  function bar(list, label) {
    const total = sum(list);
    const scale = Math.max(1500, total);
    const percent = (octets) => `${(octets * 100 / scale).toFixed(3)}%`;
    const svg = draw('svg', { class: 'bar', width: '100%', height: '50', role: 'img', 'aria-label': `${label}: ${total} octets` });
    let at = 0;
    for (const part of list) {
      const rect = draw('rect', { class: part.style, x: percent(at), y: 18, width: percent(part.octets), height: 26 });
      const title = draw('title', {});
      title.textContent = `${part.text}: ${counted(part.octets, 'octet')}`;
      rect.append(title);
      svg.append(rect);
      at += part.octets;
    }
    at = 0;
    for (let i = 0; i < list.length;) {
      const from = i;
      let octets = 0;
      for (; i < list.length && list[i].style === list[from].style; i += 1) octets += list[i].octets;
      if (octets >= scale * 0.065) {
        const half = String(octets).length * 4 + 2;
        const plate = draw('svg', { class: 'plate', x: percent(at + octets / 2), y: 35, 'aria-hidden': 'true' });
        const text = draw('text', { class: 'figure', 'text-anchor': 'middle' });
        text.textContent = octets;
        plate.append(draw('rect', { class: list[from].style, x: -half, y: -13, width: 2 * half, height: 17 }), text);
        svg.append(plate);
      }
      at += octets;
    }
    for (const limit of report.limits) {
      if (limit > scale) continue;
      svg.append(draw('line', { class: 'limit', x1: percent(limit), x2: percent(limit), y1: 14, y2: 48 }));
      const text = draw('text', { class: 'limit', x: percent(limit), y: 11, 'text-anchor': limit === flagDay ? 'end' : limit === recommended ? 'start' : 'middle' });
      text.textContent = limit;
      svg.append(text);
    }
    return svg;
  }

  // What our server sends at a limit: all that must go and RRsets of glue up to the first that does not fit.
  function verdict(one, qname, limit) {
    const withEdns = limit > plainLimit;
    const { parts, glue } = partsOf(one, qname, withEdns);
    let octets = sum(parts);
    const must = octets + sum(glue.filter((part) => part.required));
    const all = octets + sum(glue);
    if (octets > limit) return { must, all, tc: true, text: 'the NS set does not fit' };
    const at = glue.findIndex((part) => (octets += part.octets) > limit);
    if (at < 0) return { must, all, tc: false, text: 'all of it' };
    const left = glue.slice(at);
    return { must, all, tc: left.some((part) => part.required), text: `all but ${counted(left.length, 'glue RRset')}` };
  }

  function table(caption, head, body) {
    return make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, make('table', {},
      make('caption', {}, caption),
      make('thead', {}, make('tr', {}, ...head.map(([text, number]) => make('th', { scope: 'col', ...(number ? { class: 'number' } : {}) }, text)))),
      make('tbody', {}, ...body)));
  }
  const cell = (text, number) => make('td', number ? { class: 'number' } : {}, String(text));
  const rowHead = (text, name) => make('th', { scope: 'row', ...(name ? { class: 'name' } : {}) }, text);

  function sizesAt(one, qname) {
    const box = make('div', {});
    const used = new Set();
    for (const withEdns of [false, true]) {
      const { parts, glue } = partsOf(one, qname, withEdns);
      const list = [...parts, ...glue];
      for (const part of list) used.add(part.style);
      const what = withEdns ? edns : 'without EDNS';
      box.append(make('h3', {}, `${what[0].toUpperCase()}${what.slice(1)}: ${counted(sum(list), 'octet')}`), bar(list, `Referral ${what}`));
    }
    box.append(make('ul', { class: 'legend', 'aria-label': 'Colours of the bars' }, ...Object.entries(styleTexts).filter(([style]) => used.has(style)).map(([style, text]) => {
      const svg = draw('svg', { width: 14, height: 14, 'aria-hidden': 'true' });
      svg.append(draw('rect', { class: style, width: 14, height: 14 }));
      return make('li', {}, svg, text);
    })));
    box.append(table('At each limit', [['limit'], ['must go', true], ['all glue', true], ['sent'], ['TC']], report.limits.map((limit) => {
      const at = verdict(one, qname, limit);
      return make('tr', {}, rowHead(limit === plainLimit ? `${limit}, no EDNS` : String(limit)), cell(grouped(at.must), true),
        cell(grouped(at.all), true), cell(at.text), cell(at.tc ? 'set' : 'no'));
    })));
    return box;
  }

  // Host names and glue as one line each; the table of hosts has them one by one.
  function ledger(one, qname) {
    const { parts, glue } = partsOf(one, qname, true);
    const lines = parts.filter((part) => part.style !== 'names').map((part) => [part.text, part.octets]);
    lines.splice(3, 0, ['names of the hosts', sum(parts.filter((part) => part.style === 'names'))]);
    for (const [text, required] of [['glue that must go', true], ['glue that may be left out', false]]) {
      const some = glue.filter((part) => part.required === required);
      if (some.length > 0) lines.push([text, sum(some)]);
    }
    lines.push(['in all', sum(parts) + sum(glue)]);
    return table('Where the octets go', [['part'], ['octets', true]], lines.map(([text, octets]) =>
      make('tr', {}, rowHead(text), cell(grouped(octets), true))));
  }

  function hostTable(one) {
    const glue = (count, octets, signatures) => (count === 0 ? '\u2013' : String(count * octets + (signatures || 0)));
    return table('Octets by host', [['host'], ['stands'], ['name', true], ['A', true], ['AAAA', true]], one.hosts.map((host) => {
      const [name, relation, octets, a, aaaa, aSigned, aaaaSigned] = host;
      return make('tr', {}, rowHead(plainName(details.hosts[name]), true), cell(relations[relation]), cell(octets, true),
        cell(glue(a, 16, aSigned), true), cell(glue(aaaa, 28, aaaaSigned), true));
    }));
  }

  function missWords(one, [, , octets, limit, tc, note]) {
    const words = note ? [note] : [];
    if (limit > 0) {
      const over = octets - limit;
      const longest = (one.owner === 254 ? 254 : 255) - over;
      words.unshift(`${octets} octets, limit ${limit}: ${over} over`,
        longest >= one.owner ? `holds for QNAMEs up to ${longest}` : 'holds for no QNAME');
      if (tc) words.push('would set TC');
    }
    return words.join('; ');
  }

  function open(row) {
    const { one } = row;
    const dialog = $('detail');
    const longest = one.owner === 254 ? 254 : 255;
    const close = make('button', { type: 'button' }, 'Close');
    close.addEventListener('click', () => dialog.close());
    const qname = make('input', { type: 'range', id: 'qname', min: one.owner, max: longest, step: 1 });
    qname.value = longest;
    const output = make('span', {});
    const sizes = make('div', { id: 'at-qname' });
    const refresh = () => {
      const octets = Number(qname.value);
      output.textContent = counted(octets, 'octet') + (octets === longest ? ', the longest' : '');
      sizes.replaceChildren(sizesAt(one, octets), ledger(one, octets));
    };
    qname.addEventListener('input', refresh);
    refresh();
    const facts = [counted(one.hosts.length, 'host'), `room at ${flagDay}: ${signed(row.room)}`, `at ${plainLimit}: ${signed(row.plainRoom)}`];
    if (one.cyclic) facts.push('reached only by sibling glue that leads back to it');
    if (one.unreachable) facts.push('no resolver can reach it');
    dialog.replaceChildren(
      make('header', {}, make('h2', { id: 'detail-name', class: 'name' }, row.name), close),
      make('p', { class: 'words' }, facts.join('; ') + '.'),
      row.misses.length > 0
        ? make('ul', { class: 'misses' }, ...row.misses.map((miss) => make('li', {},
          make('b', { class: severities[miss[1]] }, severities[miss[1]]), ' ', make('code', {}, report.policies[miss[0]].id),
          `: ${missWords(one, miss)}`)))
        : make('p', {}, 'It misses no rule.'),
      make('label', { for: 'qname' }, make('span', {}, 'Octets of the QNAME: ', output), qname),
      sizes, hostTable(one));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  }

  function follow() {
    const [key, value] = [location.hash.slice(1, 3), location.hash.slice(3)];
    let text;
    try { text = decodeURIComponent(value); } catch { return; }
    if (key === 'd=') {
      const row = byName.get(text);
      if (row) open(row);
    } else if (key === 'p=') {
      $('filter').reset();
      $('rule').value = text;
      view.page = 0;
      select();
      $('delegations').scrollIntoView();
      $('rule').focus({ preventScroll: true });
    }
  }

  // ---- start
  fillChoices();
  select();
  $('explorer').hidden = false;
  for (const id of ['find', 'rule', 'band']) $(id).addEventListener('input', () => { view.page = 0; select(); });
  $('filter').addEventListener('submit', (event) => event.preventDefault());
  $('filter').addEventListener('reset', () => setTimeout(() => { view.page = 0; select(); }));
  $('before').addEventListener('click', () => { view.page -= 1; show(); });
  $('after').addEventListener('click', () => { view.page += 1; show(); });
  $('detail').addEventListener('close', () => {
    // The same link must work twice, and the address of the page names no delegation any more.
    if (location.hash.startsWith('#d=')) history.replaceState(null, '', '#delegations');
  });
  $('detail').addEventListener('click', (event) => { if (event.target === $('detail')) $('detail').close(); });
  window.addEventListener('hashchange', follow);
  follow();
})();
