// The demand grid: one cell has the focus, arrows move it, typing edits it, a block is pasted from a spreadsheet.
import { $, $$, isPlain, make, post } from './dom.js';
import { refresh } from './request.js';
import { say, toast } from './toasts.js';

customElements.define('ui-sheet', class extends HTMLElement {
  connectedCallback() {
    this.addEventListener('keydown', this.keys);
    this.addEventListener('focusin', this.mark);
    this.addEventListener('dblclick', this.press);
    this.addEventListener('paste', this.paste);
    this.addEventListener('copy', this.copy);
  }

  get rows() { return $$('tr[data-series]', this); }

  place(cell) {
    const cells = $$('[data-week]', cell.closest('tr'));
    return [this.rows.indexOf(cell.closest('tr')), cells.indexOf(cell), cells.length];
  }

  at(row, column) { return this.rows[row] && $$('[data-week]', this.rows[row])[column]; }

  mark = ({ target }) => {
    const cell = target.closest('[data-week]');
    if (!cell || cell === target.closest('[tabindex="0"]')) return;
    $$('[data-week][tabindex="0"]', this).forEach((one) => { one.tabIndex = -1; });
    cell.tabIndex = 0;
  };

  keys = (event) => {
    const cell = event.target.closest('[data-week]');
    if (!cell || event.target !== cell || event.isComposing) return;
    const [row, column, width] = this.place(cell);
    const end = this.rows.length - 1;
    const rtl = document.dir === 'rtl' ? -1 : 1;
    const next = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - rtl], ArrowRight: [row, column + rtl],
      Home: [event.ctrlKey ? 0 : row, 0], End: [event.ctrlKey ? end : row, width - 1],
      PageUp: [Math.max(row - 10, 0), column], PageDown: [Math.min(row + 10, end), column],
    }[event.key];
    if (next) this.at(...next)?.focus();
    else if (this.isStill) return;
    else if (event.key === 'Enter' || event.key === 'F2') this.edit(cell);
    else if (event.key === 'Delete' || event.key === 'Backspace') { if (cell.classList.contains('own')) this.save([[cell, '']]); }
    else if (isPlain(event) && /^[\d.,]$/.test(event.key)) this.edit(cell, event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  press = ({ target }) => this.edit(target.closest('[data-week]'));

  get isStill() { return this.hasAttribute('data-still'); }

  edit(cell, start) {
    if (!cell || this.isStill || $('input', cell)) return;
    const before = cell.textContent;
    const label = `${this.dataset.label} ${cell.dataset.week}`;
    const input = make('input', { className: 'input', inputMode: 'decimal', value: start ?? before, ariaLabel: label });
    let over = false;
    const close = (isKept) => {
      if (over) return;
      over = true;
      const said = input.value.trim();
      cell.textContent = before;
      if (isKept && said !== before) this.save([[cell, said]]);
    };
    input.addEventListener('blur', () => close(true));
    input.addEventListener('keydown', (event) => {
      const [row, column] = this.place(cell);
      const back = event.shiftKey ? -1 : 1;
      const next = { Enter: [row + back, column], Tab: [row, column + back], Escape: [row, column] }[event.key];
      event.stopPropagation();
      if (!next || event.isComposing) return;
      event.preventDefault();
      close(event.key !== 'Escape');
      (this.at(...next) ?? cell).focus();
    });
    cell.textContent = '';
    cell.append(input);
    input.focus();
    if (start === undefined) input.select();
  }

  copy = (event) => {
    const cell = event.target.closest?.('[data-week]');
    if (!cell || $('input', cell) || String(getSelection())) return;
    event.preventDefault();
    event.clipboardData.setData('text/plain', cell.textContent);
  };

  paste = (event) => {
    const cell = event.target.closest('[data-week]');
    if (!cell || event.target !== cell || this.isStill) return;
    event.preventDefault();
    const block = event.clipboardData.getData('text/plain').replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n').map((line) => line.split('\t'));
    const [row, column] = this.place(cell);
    const edits = block.flatMap((line, down) => line.map((text, along) => [this.at(row + down, column + along), text.trim()]));
    const fit = edits.filter(([one]) => one);
    if (fit.length < edits.length) toast({ text: this.dataset.wide, tone: 'warn' });
    this.save(fit);
  };

  // All edits are kept or none; what the server says is then on screen, for it knows the statistical figures.
  async save(edits) {
    if (!edits.length) return;
    const reason = $('#reason');
    if (!reason.value.trim() && edits.some(([, text]) => text)) {
      toast({ text: this.dataset.ask, tone: 'warn' });
      reason.focus();
      return;
    }
    const cells = edits.map(([cell, text]) => [cell.closest('tr').dataset.series, cell.dataset.week, text]);
    const before = edits.map(([cell]) => cell.textContent);
    edits.forEach(([cell, text]) => { cell.classList.add('saving'); if (text) cell.textContent = text; });
    const answer = await post(this.dataset.url, { edits: JSON.stringify(cells), reason: reason.value });
    edits.forEach(([cell], n) => {
      cell.classList.remove('saving');
      if (!answer.ok) cell.textContent = before[n];
    });
    say(answer);
    if (answer.ok) refresh(this);
  }
});
