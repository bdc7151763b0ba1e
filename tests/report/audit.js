// What a page must hold to for everyone, measured in the page as it is drawn. Gives a list of what is wrong.
(() => {
  const wrong = [];
  const parse = (text) => {
    const found = /rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)/.exec(text);
    return found && { rgb: [1, 2, 3].map((i) => Number(found[i])), alpha: found[4] === undefined ? 1 : Number(found[4]) };
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour && colour.alpha === 1) return colour.rgb;
    }
    return [255, 255, 255];
  };
  const root = document.querySelector('dialog[open]') || document.body;
  let texts = 0;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || node.closest('script, style, title, option, .hidden, [hidden], .skip, :disabled')) continue;
    if (node.closest('dialog:not([open]), noscript') || node.getClientRects().length === 0) continue;
    const style = getComputedStyle(node);
    const svg = node.namespaceURI.endsWith('svg');
    const ink = parse(svg ? style.fill : style.color).rgb;
    const behind = svg && node.classList.contains('figure') ? parse(getComputedStyle(node.previousElementSibling).fill).rgb : ground(node);
    const ratio = contrast(ink, behind);
    texts += 1;
    if (ratio < 4.5) wrong.push(`contrast ${ratio.toFixed(2)}: ${node.tagName} ${node.className.baseVal ?? node.className}: ${walker.currentNode.data.slice(0, 40)}`);
  }
  if (texts < 50) wrong.push(`only ${texts} texts were looked at`);
  for (const shape of root.querySelectorAll('svg rect')) {
    if (shape.getClientRects().length === 0) continue;
    const ratio = contrast(parse(getComputedStyle(shape).fill).rgb, ground(shape.closest('svg')));
    if (ratio < 3) wrong.push(`contrast ${ratio.toFixed(2)} of a shape: ${shape.getAttribute('class')}`);
  }
  for (const table of root.querySelectorAll('table')) {
    if (!table.caption || !table.caption.textContent.trim()) wrong.push('a table without a caption');
    for (const cell of table.querySelectorAll('th')) if (!cell.scope) wrong.push(`th without scope: ${cell.textContent}`);
  }
  for (const picture of root.querySelectorAll('svg:not([aria-hidden])'))
    if (picture.getAttribute('role') !== 'img' || !picture.getAttribute('aria-label')) wrong.push('a picture without words');
  for (const control of root.querySelectorAll('button, input, select, a[href]'))
    if (!(control.textContent.trim() || control.getAttribute('aria-label') || (control.labels && control.labels.length))) wrong.push(`no name: ${control.outerHTML.slice(0, 80)}`);
  const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
  for (const id of new Set(ids)) if (ids.filter((one) => one === id).length > 1) wrong.push(`id twice: ${id}`);
  for (const node of document.querySelectorAll('[aria-labelledby]'))
    if (!node.matches('dialog') && !document.getElementById(node.getAttribute('aria-labelledby'))) wrong.push(`labelled by nothing: ${node.outerHTML.slice(0, 80)}`);
  const levels = [...document.querySelectorAll('main h1, main h2, main h3')].map((node) => Number(node.tagName[1]));
  levels.forEach((level, i) => { if (level > (levels[i - 1] ?? 1) + 1) wrong.push(`a heading of level ${level} too deep`); });
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) wrong.push(`the page scrolls sideways: ${document.documentElement.scrollWidth}`);
  const open = document.querySelector('dialog[open]');
  if (open && open.scrollWidth > open.clientWidth) wrong.push(`the dialog scrolls sideways: ${open.scrollWidth} in ${open.clientWidth}`);
  return [...new Set(wrong)].slice(0, 20);
})();
