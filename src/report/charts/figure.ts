import type { ColorName } from './chart.js';

/** A chart that can be drawn on wide and on narrow paper, with the words around it. */
export interface Figure {
  readonly title: string;
  /** How to read it. */
  readonly caption?: string;
  readonly legend: readonly LegendEntry[];
  readonly description: string;
  readonly draw: (paper: Paper) => string;
}

export interface LegendEntry {
  readonly name: string;
  readonly color: ColorName;
  readonly mark: 'area' | 'line' | 'dots' | 'box';
  /** From 0 to 1. */
  readonly opacity?: number;
}

/** Where a figure is drawn: its id on the page, its words for a screen reader, its width in pixels. */
export interface Paper {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly width: number;
}

export const WIDE = 920;
export const NARROW = 350;

export const isNarrow = (paper: Paper): boolean => paper.width < 600;
