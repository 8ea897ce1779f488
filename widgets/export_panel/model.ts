// What the export panel shares with Python.
import type { Shared } from "../shared/host.ts";
import type { Done, Work } from "../shared/panel.ts";

import type { Reason } from "../shared/readiness.ts";

export type Readiness = { ready: boolean; total: number; valid: number; reasons: Reason[]; passed: string[] };

export type Division = {
  train: number;
  validation: number;
  share: number;
  groups: number | null;
  left_out: number;
  /** Records that stay in validation; null where it is drawn anew. */
  kept: number | null;
  generated: { train: number | null; validation: number | null };
  straddling: number;
  topics: { path: string; train: number; validation: number }[];
  more: number;
  warnings: string[];
};
export type State = Division & { new: number; leaks: { train_id: string; validation_id: string }[]; when: string };
export type SplitOptions = { train: number; stratify: string; generated_in_validation: boolean; min_validation: number | null; seed: number; keep: boolean | null };
export type SplitView = { state?: State | null; options: SplitOptions; changed: boolean; preview?: Division | null; problem?: string };

export type File_ = { name: string; path: string; bytes: number; when: string };
export type Part = { split: string; path: string; whole: string; written: number; skipped: number; sentences: string[]; first: string; cut: number; exists: File_[] };
export type Choices = { split: string; path: string; format: string; columns: string[] | null; licence: string; excel_safe: boolean };
export type Format = { name: string; text: string; suffix: string; columns: boolean };
export type Written = { written: number; skipped: number; format: string; files: File_[]; replaced: string[]; sentences: string[] };

export interface ExportFields extends Shared {
  work: Work;
  done: Done;
  readiness: Readiness | null;
  split: SplitView;
  choices: Choices;
  draft: { parts: Part[]; problem: string } | null;
  known: { formats: Format[]; columns: string[]; folder: string; name: string; records: number };
  written: Written[];
  python: { split: string; export: string };
}
