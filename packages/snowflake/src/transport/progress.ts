import { createHash } from 'node:crypto';
import type { AttemptNotes, Clock, DataFile, ExtractRequest, Transport } from '@snowmelt/core/ports';

/** How far an attempt is. */
export interface ProgressNote {
  /** The statement whose result is read. */
  readonly sql: string;
  readonly handle: string;
  readonly transport: Transport;
  /** The window as it was fixed. */
  readonly window?: { readonly low?: string; readonly high: string } | undefined;
  /** The instant at which the table is unloaded, if it was fixed. */
  readonly instant?: string | undefined;
  /** Where the statement unloads to, within the stage. */
  readonly landing?: string;
  /** Finished files, by the position of the group of partitions that they hold. */
  readonly files: Readonly<Record<string, readonly DataFile[]>>;
}

/** What an earlier attempt left of the same extraction, and where to note how far this one is. */
export interface Progress {
  readonly earlier: ProgressNote | undefined;
  note(note: Omit<ProgressNote, 'window' | 'transport' | 'instant'>): Promise<void>;
}

/** The notes of one extraction. */
export interface ProgressBook {
  /** What an attempt that was killed left, if it is young enough. */
  readonly earlier: ProgressNote | undefined;
  /** Lets a transport note how far it is. */
  open(transport: Transport, window: ProgressNote['window'], instant?: string): Progress;
  /** Notes of their own for a part of the extraction; they are closed with these. */
  part(name: string): Promise<ProgressBook>;
  close(): Promise<void>;
}

/** Notes that nobody takes or finds: what is read begins again. */
export const NO_NOTES: ProgressBook = {
  earlier: undefined,
  open: () => ({ earlier: undefined, note: async () => undefined }),
  part: async () => NO_NOTES,
  close: async () => undefined,
};

// Taking up an old statement would bring the source as it was then; whoever repaired it since runs again to see that.
const LONGEST_AGE_MS = 60 * 60 * 1000;

/** Opens the notes about an extraction: its dataset, day and window say which it is, not its run. */
export async function openProgress(request: ExtractRequest, notes: AttemptNotes | undefined, clock: Clock): Promise<ProgressBook> {
  const { prefix, ...identity } = request;
  const digest = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 16);
  return await openBook(`${request.dataset}/${request.day}-${digest}`, notes, clock);
}

async function openBook(name: string, notes: AttemptNotes | undefined, clock: Clock): Promise<ProgressBook> {
  const found = await notes?.read(name);
  const saved = found === undefined ? undefined : parseNote(found);
  const isYoung = saved !== undefined && Math.abs(clock.now().getTime() - saved.startedAt) <= LONGEST_AGE_MS;
  const earlier = isYoung ? saved.note : undefined;
  let startedAt = clock.now().getTime();
  let isWritten = found !== undefined;
  const parts: ProgressBook[] = [];
  return {
    earlier,
    open: (transport, window, instant) => ({
      earlier: earlier?.transport === transport ? earlier : undefined,
      async note(note) {
        // What is taken up keeps its age.
        if (isYoung && note.handle === saved.note.handle) startedAt = saved.startedAt;
        isWritten = true;
        await notes?.write(name, JSON.stringify({ startedAt, note: { ...note, transport, window, instant } }));
      },
    }),
    async part(part) {
      const book = await openBook(`${name}-${part}`, notes, clock);
      parts.push(book);
      return book;
    },
    async close() {
      for (const part of parts) await part.close();
      if (isWritten) await notes?.clear(name);
    },
  };
}

interface SavedNote {
  readonly startedAt: number;
  readonly note: ProgressNote;
}

function parseNote(text: string): SavedNote | undefined {
  try {
    const saved: unknown = JSON.parse(text);
    return isSavedNote(saved) ? saved : undefined;
  } catch {
    return undefined;
  }
}

// Only we write notes; this keeps those of another version out.
function isSavedNote(value: unknown): value is SavedNote {
  if (typeof value !== 'object' || value === null || !('startedAt' in value) || !('note' in value)) return false;
  const { note } = value;
  if (typeof note !== 'object' || note === null) return false;
  return 'sql' in note && 'handle' in note && 'transport' in note && 'files' in note && typeof note.files === 'object';
}
