/** Durations in a declaration are whole seconds; these names say which unit was meant. */
export type Seconds = number;

export const seconds = (count: number): Seconds => count;
export const minutes = (count: number): Seconds => count * 60;
export const hours = (count: number): Seconds => count * 3600;
export const days = (count: number): Seconds => count * 86_400;
