import type { TableState } from '../lake/commit.ts';
import type { RunRecord } from '../lake/run-record.ts';
import type { StepOutcome } from '../messages/catalogue.ts';
import type { Step } from '../steps/step.ts';

/** Is told what a run does while it does it. Nothing that it does may make a run fail, or wait but at the end. */
export interface RunObserver {
  /** Is called if there is anything to do. */
  runStarted(record: RunRecord): void;
  /** A step that another run has come before is started again. */
  stepStarted(step: Step): void;
  /** `state`: the table as the step has left it; undefined if it failed. */
  stepFinished(step: Step, result: { readonly outcome: StepOutcome; readonly state: TableState | undefined }): void;
  /** Is called in any case; resolves within a bounded time, and never rejects. */
  runFinished(record: RunRecord): Promise<void>;
}
