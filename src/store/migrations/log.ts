/**
 * Schema of a log segment. `user_version` is the number of steps applied. A sealed segment is never rewritten:
 * a later release reads every older shape.
 */
export const logMigrations: readonly string[] = [
  `CREATE TABLE log (
     n INTEGER PRIMARY KEY,
     station TEXT NOT NULL,
     log TEXT NOT NULL,
     seq INTEGER,
     time INTEGER NOT NULL,
     version TEXT,
     meta TEXT NOT NULL,
     frame TEXT,
     answer TEXT
   );
   CREATE UNIQUE INDEX log_station ON log (station, log, seq);
   CREATE TABLE segment (day INTEGER NOT NULL);`,
];
