/** What the pipes in their own container have done, as they report it, for the metrics of the endpoint. */
import { type RequestListener } from 'node:http';
import { type MetricsOfMinute } from '../../../libs/pipes/src/metrics.js';
import { collect } from '../endpoint/forward.js';
import { type MeasuredPipes } from '../metrics/sampled-metrics.js';

/** Metrics by the pipe's name. */
export type PipeReport = Readonly<Record<string, readonly MetricsOfMinute[]>>;

const LARGEST_REPORT = 16 * 1024 * 1024;

export class ReportedPipes implements MeasuredPipes {
  private report: PipeReport = {};

  /** Takes a report in the place of the one before. */
  readonly page: RequestListener = (incoming, outgoing) => {
    collect(incoming, LARGEST_REPORT).then(
      (body) => {
        try {
          this.report = JSON.parse(body.toString()) as PipeReport;
          outgoing.writeHead(204).end();
        } catch (error) {
          outgoing.writeHead(400).end(String(error));
        }
      },
      () => outgoing.destroy(),
    );
  };

  all(): ReturnType<MeasuredPipes['all']> {
    return Object.entries(this.report).map(([Name, minutes]) => ({
      definition: { Name },
      pipe: { metrics: () => minutes },
    }));
  }
}
