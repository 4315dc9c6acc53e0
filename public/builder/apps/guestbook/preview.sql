CREATE TABLE entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  message TEXT NOT NULL,
  mood TEXT,
  website TEXT NOT NULL DEFAULT '',
  likes INTEGER NOT NULL DEFAULT 0 CHECK (likes >= 0),
  source_id BIGINT,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  edited_at TEXT
);
CREATE INDEX entries_created_at ON entries (created_at DESC);
CREATE UNIQUE INDEX entries_source_id ON entries (source_id) WHERE source_id IS NOT NULL;
INSERT INTO entries (name, message, mood, website, likes, source_id, created_at, edited_at) VALUES
('Søren Ågård', 'We moored here for three nights. Quiet, clean, and the bakery opens at six. Tak for denne gang!', '⛵', 'https://example.org/soren', 12, 1152921504606846977, '2025-06-03 05:41:12', NULL),
('O''Brien & Daughters', 'He said "you''ll love the fish soup" - and we did. Two bowls each; 100 % recommended.', '😀', '', 7, 9223372036854775807, '2025-06-14 18:02:55', '2025-06-14 18:09:30'),
('山田 花子', '港の夕日がとてもきれいでした。また来ます。', '🌊', '', 23, 9007199254740993, '2025-07-01 11:20:00', NULL),
('Zoë 👩‍🚀', 'First stop of our bike trip 🚲 from Esbjerg.
Second line, third coffee ☕️.

P.S. the showers take coins only!', '👩‍🚀', 'https://example.com/?q=a&b=%22c%22', 4, NULL, '2025-07-19 09:13:47', NULL),
('مريم', 'مكان جميل وهادئ، شكراً لكم.', NULL, '', 9, -4611686018427387904, '2025-08-02 15:37:08', NULL),
('Robert''); DROP TABLE entries;--', 'My name has been trouble since school. <b>Great</b> harbour & friendly crew \o/', '🎉', '', 31, NULL, '2025-08-11 20:45:59', NULL),
('Ivana Čapková', 'Pršelo celý týden, ale majitel kavárny nám půjčil deštníky. Děkujeme!', '🌧️', 'http://example.net', 2, NULL, '2025-08-30 07:08:09', NULL),
('Anonymous', '-', NULL, '', 0, NULL, '2025-09-15 00:00:00', NULL),
('Ελένη Παπαδοπούλου', 'Τα παιδιά έπιασαν δύο καβούρια 🦀🦀 και τα άφησαν πάλι ελεύθερα.', '😀', '', 15, 0, '2025-10-04 12:30:30', NULL),
('Jürgen Groß', 'Liegeplatz 14, Strom 3,50 €/Tag, WLAN gut. Nächstes Jahr wieder. Tab	hier, Backslash \ da.', '⛵', '', 6, 2147483648, '2025-10-21 16:55:01', '2025-10-22 08:00:00');
INSERT INTO entries (id, name, message) VALUES (250, 'Test of the counter', 'Removed again');
DELETE FROM entries WHERE id = 250;
