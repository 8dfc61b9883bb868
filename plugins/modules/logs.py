#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the logs verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: logs
short_description: Prove what logs hold, that they rotate, and that they arrive
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Reads the newest entries of each log where it lies, and answers with counts and with the places of the first few
    lines. No word of what was logged leaves the host.
  - Lines of a file count from the first one on that states a time within the window; all of them where the first line
    states none. Files that were not written within it do not count. Rotated files beside a log are part of it, also
    those packed with gzip or bzip2.
  - Each of O(sources) is judged on its own. A log that is empty, missing, unreadable, or larger than what is read of it
    never passes.
  - Reading takes the rights of the groups C(adm) and C(systemd-journal), for containers C(docker), or become. Journals
    are read by C(journalctl), containers by C(docker), and rotation of files is planned by C(logrotate --debug).
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
options:
  sources:
    description: The logs; each is one of O(sources[].file), O(sources[].unit) and O(sources[].container).
    type: list
    elements: dict
    default: []
    suboptions:
      file:
        description:
          - An absolute path, or a pattern such as V(/var/log/shop/*.log), of the files that are written now.
          - Files whose names go on after a dot or hyphen, such as C(shop.log.1) or C(shop.log-20260101.gz), are its
            rotated ones.
        type: str
      unit:
        description: A systemd unit; what its processes log to the journal.
        type: str
      container:
        description: The name of a container of Docker; what it prints.
        type: str
      query:
        description:
          - How the entries of this log are found in O(store). For Loki a stream selector such as
            V({unit="shop.service"}), for Elasticsearch a query string such as V(service.name:shop).
        type: str
  window_hours:
    description: Hours up to now in which lines count.
    type: float
    default: 24
  min_lines:
    description: Least number of lines in the window; fewer are too few to judge a log by, which is an C(error).
    type: int
    default: 20
  max_scan_megabytes:
    description:
      - Megabytes that are read of each log, the newest ones; of the journal, megabytes of its JSON.
      - Where more was written within the window, what is left out is not proven to be harmless or quiet.
      - A megabyte takes about a third of a second.
    type: int
    default: 32
  max_findings:
    description: Lines with credentials or personal data that there may be.
    type: int
    default: 0
  ignore:
    description:
      - Kinds that are not looked for, such as V(e-mail address) where the team has decided that they may be logged.
      - The kinds are V(card number), V(private key), V(JSON Web Token), V(password in an address), V(AWS access key),
        V(Stripe key), V(GitHub token), V(GitLab token), V(Slack token), V(Google API key), V(SendGrid key),
        V(password), V(token or key), V(authorization header), V(session cookie), V(e-mail address), V(IBAN) and
        V(telephone number).
    type: list
    elements: str
    default: []
  allowed_values:
    description:
      - Regular expressions of values that may be logged although they look like one of those kinds, such as
        V(@shop\\.example$).
    type: list
    elements: str
    default: []
  known_secrets:
    description:
      - Secrets that lie on the host, whose values must not occur in any log. They are compared there.
    type: list
    elements: dict
    default: []
    suboptions:
      file:
        description: Path of the file.
        type: str
        required: true
      key:
        description: The name in a file of C(KEY=value) lines. Without it the secret is the whole content of the file.
        type: str
  format:
    description: How entries are structured.
    type: str
    choices: [json, logfmt]
    default: json
  min_parseable_percent:
    description:
      - Percentage of lines that must be entries of O(format) with time, level and message, by any of the names that
        common loggers give them. What the journal or the container engine stamps has a time.
    type: float
    default: 99
  max_debug_percent:
    description: Percentage of lines that may be of level debug or below.
    type: float
    default: 1
  error_fields:
    description:
      - What entries of errors must have. V(request_id), V(error_name) and V(stack) go by many names; any other is the
        name of a field, with dots into objects.
    type: list
    elements: str
    default: [request_id, error_name, stack]
  known_noise:
    description: Regular expressions of warnings and errors that are explained.
    type: list
    elements: str
    default: []
  max_unexplained_lines:
    description: Warnings and errors that no expression of O(known_noise) explains and that there may be.
    type: int
    default: 0
  retention_days:
    description:
      - Days that logs must be kept on this host. For containers of Docker, which bound their logs by size alone, it is
        not judged.
    type: int
    default: 30
  max_retention_days:
    description: Days after which a log must be gone, where that was promised.
    type: int
  max_file_megabytes:
    description: Megabytes that one file of a log may have.
    type: int
    default: 1000
  logrotate_config:
    description: The configuration of logrotate that covers the files.
    type: str
    default: /etc/logrotate.conf
  logrotate_state:
    description: Its state file. Without it, the one of the distribution.
    type: str
  logrotate_timer:
    description: The timer that starts logrotate. Where there is none of this name, an entry of cron must.
    type: str
    default: logrotate.timer
  store:
    description:
      - Where logs are shipped to. The newest line of each of O(sources) must be there.
      - It is asked for counts and times only, never for an entry.
    type: dict
    suboptions:
      type:
        description: Its kind. V(elasticsearch) is OpenSearch, too.
        type: str
        choices: [loki, elasticsearch]
        required: true
      url:
        description: Where its HTTP API begins, such as V(https://loki.example.com).
        type: str
        required: true
      index:
        description: The index, alias or pattern to search in Elasticsearch.
        type: str
      time_field:
        description: The field with the time of an entry in Elasticsearch.
        type: str
        default: "@timestamp"
      headers:
        description: Headers to send, such as C(X-Scope-OrgID) for a tenant of Loki.
        type: dict
        default: {}
      header_files:
        description: Headers whose values are in files of the place looked from, such as C(Authorization).
        type: dict
        default: {}
      cafile:
        description: Authorities to trust, a path of the place looked from.
        type: str
      from:
        description: Where to ask it from. Without it, from where the check looks.
        type: str
        choices: [host, controller]
  shipper:
    description:
      - The program that ships. It must run, be told to send something away, and not have complained of a store lately.
      - It is looked at together with O(store); that it runs alone proves nothing.
    type: dict
    suboptions:
      name:
        description: Which one it is.
        type: str
        choices: [rsyslog, systemd-journal-upload, vector, fluent-bit, promtail, alloy, filebeat]
        required: true
      unit:
        description: The unit that runs it, where it is not that of its package.
        type: str
      config:
        description: Paths or patterns of its configuration, where it is not that of its package.
        type: list
        elements: str
        default: []
      queue:
        description:
          - The queue on disk in which it keeps what it could not send yet. It must be named in the configuration, and
            its directory must exist. That no file is in it is well.
          - Those who can keep one are rsyslog, Vector, Fluent Bit and Filebeat.
        type: dict
        suboptions:
          files:
            description:
              - Paths or patterns of its files, such as V(/var/spool/rsyslog/forward.0*),
                V(/var/lib/vector/buffer/v2/*/*.dat), V(/var/lib/fluent-bit/storage/*/*.flb) or
                V(/var/lib/filebeat/diskqueue/*.seg).
            type: list
            elements: str
            required: true
          max_megabytes:
            description:
              - Megabytes that its files may have together. Shippers keep their newest file when everything is sent, so
                say more than the size of one, which for Vector is 128.
            type: float
            required: true
          max_minutes:
            description:
              - Minutes since which a file of it may not have been written. The newest of each directory does not count.
                Without it, age is not judged.
            type: float
  received:
    description:
      - For the machine that receives logs - senders of which a line must have come within O(max_delay_minutes).
      - With it, O(sources) and O(store) do not count for C(logs.shipped).
    type: list
    elements: dict
    default: []
    suboptions:
      file:
        description: The file, or the pattern of files, into which the lines of one sender are written.
        type: str
      hostname:
        description: The name of a sender whose journal is received.
        type: str
      directory:
        description: Where received journals are.
        type: str
        default: /var/log/journal/remote
  max_delay_minutes:
    description: Minutes within which a line must have arrived.
    type: float
    default: 5
"""

EXAMPLES = r"""
- name: A service logs JSON to the journal, which Vector ships to Loki
  golive.verify.logs:
    sources:
      - {unit: shop, query: '{unit="shop.service"}'}
      - {unit: shop-worker, query: '{unit="shop-worker.service"}'}
    known_secrets:
      - {file: /etc/shop/env, key: DATABASE_PASSWORD}
    known_noise: ['"msg":"slow query"']
    shipper: {name: vector}
    store: {type: loki, url: "https://loki.example.com"}
  become: true

- name: A log of a web server is rotated and quiet
  golive.verify.logs:
    controls: [logs.rotation, logs.quiet]
    sources:
      - file: /var/log/nginx/error.log
    retention_days: 14
  become: true

- name: The central host receives the logs of both servers
  golive.verify.logs:
    received:
      - {file: /var/log/remote/web-1/*.log}
      - {hostname: web-2}
  become: true
"""

RETURN = r"""
verdict:
  description: The worst status of all results.
  returned: always
  type: str
  sample: pass
checks_json:
  description: The results as one JSON string; decode it with P(golive.verify.results#filter).
  returned: always
  type: str
  sample: "[]"
"""

PROVES = ["logs.no_sensitive_data", "logs.structured", "logs.quiet", "logs.rotation", "logs.shipped"]
