INSERT INTO golive_runs (key, environment, run, started, finished, decision, left_out, checklist_sha256, versions)
VALUES (0, 'shop', 'r1', 86400.0, true, 'no_go', '', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', '{"ansible-core": "2.19.14", "python": "3.11.9"}');
INSERT INTO golive_items (run_key, uid, status, severity, item, text, text_hash, line, section, control, message, alone)
VALUES (0, '07a95bb25f9df39a3c799d52b7ad8e61', 'unbound', '', 'A-B-0', 'B', '', 7, 'A', '', 'no control is bound to it, so nothing proves it', 1);
INSERT INTO golive_items (run_key, uid, status, severity, item, text, text_hash, line, section, control, message, alone)
VALUES (0, 'b4c71fb8e3daccab30dcd9a082600eb9', 'pass', 'high', 'Redis-Redis survives-0', 'Redis survives', '', 5, 'Redis', 'redis.persistence', '', 0);
INSERT INTO golive_results (run_key, uid, status, severity, item, text, text_hash, line, section, control, message, host, target, vantage, verifier, threshold_source, expected, actual)
VALUES (0, '51ab854299c478c5f4eda08b8c23da4b', 'pass', 'high', 'Redis-Redis survives-0', 'Redis survives', '', 5, 'Redis', 'redis.persistence', '', 'cache1', 'cache1', 'host', 'redis', '', '', '"as expected"');
