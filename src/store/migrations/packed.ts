/**
 * Schema of a packed segment: the rows of a sealed one in zstd blocks, with what finds a block by `n`, by
 * station and seq, or by time. `user_version` is the number of steps applied.
 */
export const packedMigrations: readonly string[] = [
  `CREATE TABLE segment (last_n INTEGER NOT NULL, last_time INTEGER);
   CREATE TABLE block (
     first_n INTEGER PRIMARY KEY,
     last_n INTEGER NOT NULL,
     earliest INTEGER NOT NULL,
     latest INTEGER NOT NULL,
     rows BLOB NOT NULL
   );
   CREATE TABLE station (
     id INTEGER PRIMARY KEY,
     station TEXT NOT NULL,
     log TEXT NOT NULL,
     UNIQUE (station, log)
   );
   CREATE TABLE span (
     station INTEGER NOT NULL,
     block INTEGER NOT NULL,
     first_seq INTEGER NOT NULL,
     last_seq INTEGER NOT NULL,
     PRIMARY KEY (station, block)
   ) WITHOUT ROWID;`,
];
