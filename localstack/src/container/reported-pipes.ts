/** What the pipes in their own container have done, as they report it, for the metrics of the endpoint. */
import { type RequestListener } from 'node:http';
import * as z from 'zod';
import { METRIC_UNITS, type MetricName, type MetricsOfMinute } from '../../../libs/pipes/src/metrics.js';
import { BodyTooLargeError, collect } from '../endpoint/forward.js';
import { type MeasuredPipes } from '../metrics/sampled-metrics.js';

/** Metrics by the pipe's name. */
export type PipeReport = Readonly<Record<string, readonly MetricsOfMinute[]>>;

const LARGEST_REPORT = 16 * 1024 * 1024;

const statistics = z.object({ sum: z.number(), minimum: z.number(), maximum: z.number(), sampleCount: z.number() });
const names = z.enum(Object.keys(METRIC_UNITS) as MetricName[]);
const minute = z.object({ timestamp: z.int().nonnegative(), values: z.partialRecord(names, statistics) });
const report: z.ZodType<PipeReport> = z.record(z.string(), z.array(minute));

export class ReportedPipes implements MeasuredPipes {
  private report: PipeReport = {};

  /** Takes a report in the place of the one before. */
  readonly page: RequestListener = (incoming, outgoing) => {
    if (incoming.method !== 'POST') {
      incoming.resume();
      outgoing.writeHead(405, { allow: 'POST' }).end();
      return;
    }
    collect(incoming, LARGEST_REPORT).then(
      (body) => {
        try {
          this.report = report.parse(JSON.parse(body.toString()));
          outgoing.writeHead(204).end();
        } catch (error) {
          outgoing.writeHead(400).end(error instanceof z.ZodError ? z.prettifyError(error) : String(error));
        }
      },
      (error: unknown) => {
        if (error instanceof BodyTooLargeError) outgoing.writeHead(413).end(error.message);
        else outgoing.destroy();
      },
    );
  };

  all(): ReturnType<MeasuredPipes['all']> {
    return Object.entries(this.report).map(([Name, minutes]) => ({
      definition: { Name },
      pipe: { metrics: () => minutes },
    }));
  }
}
