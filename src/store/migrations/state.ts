/** Schema of `state.db`. `user_version` is the number of steps applied. */
export const stateMigrations: readonly string[] = [
  `CREATE TABLE store (log_id TEXT NOT NULL);
   CREATE TABLE partition (
     id INTEGER PRIMARY KEY,
     projected INTEGER NOT NULL,
     acknowledged INTEGER NOT NULL
   );
   CREATE TABLE document (
     collection TEXT NOT NULL,
     key TEXT NOT NULL,
     json TEXT NOT NULL,
     PRIMARY KEY (collection, key)
   ) WITHOUT ROWID;
   CREATE TABLE transactions (
     station TEXT NOT NULL,
     id TEXT NOT NULL,
     start INTEGER NOT NULL,
     "end" INTEGER,
     id_token TEXT,
     json TEXT NOT NULL,
     PRIMARY KEY (station, id)
   ) WITHOUT ROWID;
   CREATE INDEX transactions_start ON transactions (start);`,
];
