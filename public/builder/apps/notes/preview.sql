CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
);
CREATE TABLE "User" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "email" TEXT NOT NULL,
    "name" TEXT,
    "isActive" BOOLEAN NOT NULL DEFAULT true,
    "settings" JSONB,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL
);
CREATE TABLE "Note" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "title" TEXT NOT NULL,
    "body" TEXT NOT NULL DEFAULT '',
    "pinned" BOOLEAN NOT NULL DEFAULT false,
    "archivedAt" DATETIME,
    "wordCount" INTEGER NOT NULL DEFAULT 0,
    "views" BIGINT NOT NULL DEFAULT 0,
    "meta" JSONB,
    "authorId" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Note_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE "Tag" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "color" TEXT
);
CREATE TABLE "_NoteToTag" (
    "A" TEXT NOT NULL,
    "B" TEXT NOT NULL,
    CONSTRAINT "_NoteToTag_A_fkey" FOREIGN KEY ("A") REFERENCES "Note" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "_NoteToTag_B_fkey" FOREIGN KEY ("B") REFERENCES "Tag" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
CREATE INDEX "Note_authorId_updatedAt_idx" ON "Note"("authorId", "updatedAt");
CREATE UNIQUE INDEX "Tag_name_key" ON "Tag"("name");
CREATE UNIQUE INDEX "_NoteToTag_AB_unique" ON "_NoteToTag"("A", "B");
CREATE INDEX "_NoteToTag_B_index" ON "_NoteToTag"("B");
INSERT INTO "_prisma_migrations" VALUES
('4b1c9f0e-2d64-4c15-9d5a-6f0a3d0c7e11', 'a1f5c62be7d04f6f9d8f0a4c0b7f2f4f6f7e0f7c9a3b1d5e8c2a4b6d8e0f1a2b', 1717228801034, '20240601080000_init', NULL, NULL, 1717228800871, 1),
('9e2f7a55-0b3c-4a83-8a0e-51c2b7d4f622', '0d9c8b7a6f5e4d3c2b1a09f8e7d6c5b4a3928170f6e5d4c3b2a190817263544f', 1726480922450, '20240916100200_note_views', NULL, NULL, 1726480922399, 1);
INSERT INTO "User" VALUES
('clx1k2m3n0000qw8r5t6y7u8i', 'you@example.com', 'You', 1, '{"theme":"dark","editor":{"font":"mono","size":14},"emoji":"📝"}', 1717228860000, 1746088805123),
('clx1k2m3n0001qw8rzx4cv5bn', 'amelie.lefèvre@example.fr', 'Amélie Lefèvre', 1, NULL, 1719817200000, 1745000000001),
('clx1k2m3n0002qw8rpl9ok8ij', 'former@example.org', NULL, 0, '[]', 1719817200000, 1719817200000);
INSERT INTO "Tag" VALUES
('cly0tag000000home00000001', 'home', '#2e7d32'),
('cly0tag000001work00000002', 'work', NULL),
('cly0tag000002ideas0000003', 'ideas 💡', '#f9a825'),
('cly0tag000003empty0000004', 'never used', '');
INSERT INTO "Note" VALUES
('clz0note00000grocery00001', 'Groceries', '- oat milk
- 2 kg flour (type 550)
- crème fraîche
- "the good" olives', 1, NULL, 12, 3, '{"checked":[true,false,false,false],"due":null}', 'clx1k2m3n0000qw8r5t6y7u8i', 1735689600000, 1746088805123),
('clz0note00001standup00002', 'Stand-up, Monday', 'Amélie: migration done, tests next.
Me: reviewing the "export" branch; O''Hara asked for dates.', 0, NULL, 14, 41, '{"attendees":["Amélie","Me"],"minutes":12.5}', 'clx1k2m3n0001qw8rzx4cv5bn', 1740000000000, 1745000000001),
('clz0note00002poem0000003', '俳句', '古池や
蛙飛びこむ
水の音', 0, NULL, 3, 9007199254740993, NULL, 'clx1k2m3n0000qw8r5t6y7u8i', 1742515200999, 1742515200999),
('clz0note00003html0000004', 'Does <script>alert(1)</script> show?', '<img src=x onerror=alert(1)> & "quotes" \ backslash', 0, NULL, 6, 0, '{"html":"<b>no</b>"}', 'clx1k2m3n0000qw8r5t6y7u8i', 1743465600000, 1743465600000),
('clz0note00004empty000005', 'Empty on purpose', '', 0, NULL, 0, 0, '{}', 'clx1k2m3n0002qw8rpl9ok8ij', 1719817200000, 1719817200000),
('clz0note00005old00000006', 'Address of the old flat', 'Łąkowa 7/12, 90-562 Łódź 🏠', 0, 1727740800000, 5, 1, '{"lat":51.7592,"lon":19.456}', 'clx1k2m3n0000qw8r5t6y7u8i', 946684799999, 1727740800000);
INSERT INTO "_NoteToTag" VALUES
('clz0note00000grocery00001', 'cly0tag000000home00000001'),
('clz0note00001standup00002', 'cly0tag000001work00000002'),
('clz0note00001standup00002', 'cly0tag000002ideas0000003'),
('clz0note00002poem0000003', 'cly0tag000002ideas0000003'),
('clz0note00005old00000006', 'cly0tag000000home00000001');
