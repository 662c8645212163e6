/**
 * Notes about extractions that are under way, so that the next attempt can go on where one was killed. They save work and
 * prove nothing: whoever reads one checks what it says.
 */
export interface AttemptNotes {
  read(name: string): Promise<string | undefined>;
  write(name: string, note: string): Promise<void>;
  clear(name: string): Promise<void>;
}
