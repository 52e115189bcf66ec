// Everything a page of staff needs at once; board, calendar, grid and sorting fetch their libraries when first used.
import './request.js';
import './toasts.js';
import './acts.js';
import './overlay.js';
import './palette.js';
import './keyboard.js';
import './list.js';
import './lines.js';
import './pick.js';
import './board.js';
import './calendar.js';
import './gantt.js';
import './live.js';
import './drop.js';
import { $ } from './dom.js';
import { guardForms } from './draft.js';

guardForms();

const fetchSheet = () => { if ($('ui-sheet:not(:defined)')) import('./sheet.js'); };
document.addEventListener('htmx:after:swap', fetchSheet);
fetchSheet();

const ruled = () => $('.topbar')?.classList.toggle('ruled', scrollY > 4);
document.addEventListener('scroll', ruled, { passive: true });
ruled();
