/** An index that dynoxide's database lacks. */
import { DatabaseSync } from 'node:sqlite';

/** dynoxide may be writing its own tables at that moment. */
const PATIENCE_MS = 2_000;

/**
 * dynoxide 1.2.1 numbers each stream record by a look at all records that the stream keeps, and finds the records after a
 * position in the same way: writes and polls grew slower with each write of the last 24 hours (3 ms a write at 20,000
 * records, a tenth of a second in a transaction of 45 lines). With this index both are a look-up.
 * @param file its database, which it has open: SQLite tells it of the change
 */
export function indexStreamRecords(file: string): void {
  const database = new DatabaseSync(file, { timeout: PATIENCE_MS });
  try {
    database.exec(
      'CREATE INDEX IF NOT EXISTS stream_place ON _stream_records (table_name, CAST(sequence_number AS INTEGER))',
    );
  } finally {
    database.close();
  }
}
