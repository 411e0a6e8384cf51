-- A file as schema version 1 made it: one device, a year and a day of one series' intervals are added by the test.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE device (
            id INTEGER PRIMARY KEY, home TEXT NOT NULL, family TEXT NOT NULL, name TEXT NOT NULL,
            UNIQUE (home, family, name));
CREATE TABLE series (
            id INTEGER PRIMARY KEY, device_id INTEGER NOT NULL REFERENCES device (id),
            channel TEXT NOT NULL, quantity TEXT NOT NULL, unit TEXT, kind TEXT NOT NULL, reset TEXT NOT NULL,
            first_us INTEGER, last_us INTEGER,
            oldest_us INTEGER, newest_us INTEGER, newest BLOB,
            UNIQUE (device_id, channel, quantity));
CREATE TABLE reading (
            device_id INTEGER NOT NULL, time_us INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (device_id, time_us)) WITHOUT ROWID;
CREATE TABLE interval (
            series_id INTEGER NOT NULL, start_s INTEGER NOT NULL,
            energy REAL, mean REAL, min REAL, max REAL, last REAL, coverage REAL, flags INTEGER NOT NULL, state TEXT,
            PRIMARY KEY (series_id, start_s)) WITHOUT ROWID;
CREATE TABLE heard (
            series_id INTEGER NOT NULL, hour INTEGER NOT NULL, PRIMARY KEY (series_id, hour)) WITHOUT ROWID;
CREATE TABLE delivery (seq INTEGER PRIMARY KEY, packet_id INTEGER NOT NULL UNIQUE, digest BLOB NOT NULL);
INSERT INTO meta VALUES ('kind', 'readings and intervals'), ('version', '1');
INSERT INTO device VALUES (1, 'home', 'tasmota', 'plug');
INSERT INTO series VALUES
    (1, 1, '', 'power', 'W', 'gauge', '', 1793000000000000, 1793000000000000, 1793000000000000, 1793000000000000,
    X'9301cb405900000000000000'),
    (2, 1, '', 'mode', NULL, 'state', '', NULL, NULL, NULL, NULL, NULL);
INSERT INTO reading VALUES (1, 1793000000000000, X'9301cb405900000000000000');
INSERT INTO heard VALUES (1, 498055);
INSERT INTO delivery VALUES (1, 7, X'78787878787878787878787878787878');
