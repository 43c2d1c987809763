import type { Scalar } from '../perl/number.ts';

/** One measured value. Members are texts as shown, or numbers that a conversion has computed. */
export interface Perfdata {
  readonly label: string;
  readonly value: Scalar;
  readonly unit: string;
  readonly warning: Scalar;
  readonly critical: Scalar;
  readonly min: Scalar;
  readonly max: Scalar;
  /** The mode that measured it. */
  readonly mode: string;
}

/** Of a value, what is known of it; the rest is empty. */
export type Measured = Pick<Perfdata, 'label' | 'value'> & Partial<Perfdata>;

/** Fills in what is not given; a quote in a label is doubled, as Nagios reads it. */
export function perfdataOf(measured: Measured, mode: string): Perfdata {
  return {
    unit: '',
    warning: '',
    critical: '',
    min: '',
    max: '',
    mode,
    ...measured,
    label: measured.label.replaceAll("'", "''"),
  };
}
