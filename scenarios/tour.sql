-- Once around the statements, on a cluster that `npx drill serve scenarios/quickstart.yaml` has started:
--
--   npx drill sql scenarios/tour.sql --wait

SHOW BACKENDS;
USE example_db;
SHOW TABLES;
SHOW PARTITIONS FROM example_tbl;

-- Two partitions of a table into a repository of our own
CREATE REPOSITORY tour WITH LOCAL ON LOCATION "file:///tmp/backup-drill-tour" PROPERTIES ("durable" = "false");
BACKUP SNAPSHOT tour_1 TO tour ON (example_tbl PARTITION (p1, p2)) PROPERTIES ("timeout" = "3600");
SHOW BACKUP WHERE SnapshotName LIKE "tour%";
SHOW SNAPSHOT ON tour WHERE SNAPSHOT = "tour_1";

-- One of them under another name, and then over the table that it came from
RESTORE SNAPSHOT tour_1 FROM tour ON (example_tbl PARTITION (p1) AS tour_copy);
RESTORE SNAPSHOT tour_1 FROM tour ON (example_tbl PARTITION (p1));
SHOW RESTORE;
SHOW PARTITIONS FROM tour_copy;

DROP SNAPSHOT tour_1 ON tour;
SHOW CREATE REPOSITORY tour;
DROP REPOSITORY tour;
