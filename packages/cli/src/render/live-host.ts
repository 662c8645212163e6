import type { Message, StepOutcome } from '@snowmelt/core/ports';
import { formatCount } from '@snowmelt/core/ports';
import type { Terminal } from '../terminal.ts';
import { formatDuration } from './figures.ts';
import { paint } from './paint.ts';
import type { RunHost } from './run-host.ts';

/** Shows a run to a person: a line per finished step and, where the terminal can move, one line of what is going on. */
export function liveHost(terminal: Terminal): RunHost {
  const color = paint(terminal.hasColor);
  const running = new Map<string, string>();
  const clear = () => (terminal.isInteractive ? '\r\u001b[2K' : '');
  const draw = () => {
    if (!terminal.isInteractive || running.size === 0) return;
    const line = `  … ${[...running.values()].join(', ')}`;
    terminal.err(color.dim(line.slice(0, terminal.columns - 1)));
  };
  const redraw = () => {
    terminal.err(clear());
    draw();
  };
  const print = (line: string) => {
    terminal.err(`${clear()}${line}\n`);
    draw();
  };
  return {
    kind: 'text',
    notify: (message) => {
      if (message.code === 'step/started') running.set(message.step, `${message.kind} ${message.dataset}`);
      if (message.code === 'step/finished') running.delete(message.outcome.step);
      const line = describe(message, color);
      if (line !== undefined) print(line);
      else redraw();
    },
    end: () => {
      running.clear();
      terminal.err(clear());
    },
  };
}

function describe(message: Message, color: ReturnType<typeof paint>): string | undefined {
  switch (message.code) {
    case 'run/started':
      return `${color.bold(message.pipeline)} for ${message.day} ${color.dim(`(run ${message.run})`)}`;
    case 'step/finished':
      return describeOutcome(message.outcome, color);
    case 'step/retrying':
      return `  ${color.yellow('!')} ${message.step}: ${message.error}, trying again in ${formatDuration(message.delayMs)}`;
    case 'check/warned':
      return `  ${color.yellow('!')} ${message.dataset}: check ${message.check}: ${message.detail ?? `${formatCount(message.violations)} violations`}`;
    case 'quarantine/near':
      return `  ${color.yellow('!')} ${message.dataset}: ${nearText(message)}`;
    case 'source/drifted':
      return `  ${color.yellow('!')} ${message.dataset}: ${message.detail}`;
    case 'table/evolves':
      return `  ${color.yellow('!')} ${message.dataset}: ${message.changes.join(', ')}; ${message.history}`;
    case 'extract/kept':
      return `  ${color.yellow('!')} ${message.dataset}: ${message.day} stays as it is; it was read as a part of another day, or its past cannot be had again`;
    case 'extract/restarted':
      return `  ${color.yellow('!')} ${message.dataset}: what changed is not known, so all rows are read again, in place of what there was. ${message.why}`;
    case 'extract/untracked':
      return `  ${color.yellow('!')} ${message.dataset}: what changes from here on will not be known, so the next run will read all rows again. ${message.why}`;
    case 'lineage/unsent':
      return `  ${color.yellow('!')} lineage events of this run could not all be delivered. ${message.why}`;
    case 'catalog/behind':
      return `  ${color.yellow('!')} ${message.dataset} is published, but the catalog could not be told; the next run repairs it`;
    case 'catalog/repaired':
      return `  ${color.yellow('!')} the catalog did not know all of ${message.dataset}; repaired`;
    default:
      return undefined;
  }
}

function nearText({ day, rowsRead, rowsRefused, maxPercent, days }: Extract<Message, { code: 'quarantine/near' }>): string {
  const used = Math.round((rowsRefused / rowsRead / maxPercent) * 10_000);
  const more = days === 1 ? '' : `, and ${formatCount(days - 1)} more days are near it`;
  return `${formatCount(rowsRefused)} of ${formatCount(rowsRead)} rows of ${day} refused, ${used} % of the budget of ${maxPercent} %${more}`;
}

function describeOutcome(outcome: StepOutcome, color: ReturnType<typeof paint>): string {
  const name = `${outcome.kind.padEnd(7)} ${outcome.dataset}`;
  if (outcome.status === 'failed') return `  ${color.red('✗')} ${name} ${color.red(outcome.error?.code ?? 'failed')}`;
  if (outcome.status === 'skipped') return `  ${color.yellow('-')} ${name} ${color.dim(outcome.reason)}`;
  const refused = outcome.rowsRefused === 0 ? '' : `, ${formatCount(outcome.rowsRefused)} refused`;
  return `  ${color.green('✓')} ${name}: ${formatCount(outcome.rowsWritten)} rows${refused} ${color.dim(`(${formatDuration(outcome.durationMs)})`)}`;
}
