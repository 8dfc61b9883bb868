# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What headings mean, as teams write them: which canonical section, and which phase around the launch."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import sections

# Headings (outermost first, > between them), the section, the phase.
HEADINGS = """
Infrastructure | infrastructure |
1. ✅ Infrastructure Setup > Cloud Provider Configuration | infrastructure |
☁️ Cloud & Hosting | infrastructure |
Container Orchestration | infrastructure |
Docker Images | infrastructure |
Kubernetes cluster | infrastructure |
Auto-scaling | infrastructure |
Load Balancer | infrastructure |
Object Storage (S3) | infrastructure |
Resource Allocation | infrastructure |
Firebase Functions | infrastructure |
Infrastructure as Code | infrastructure |
Server Setup | hosts |
Workers | hosts |
Operating System Hardening | hosts |
Prepare the Server | hosts |
Database | data |
3. Database Setup & Migrations | data |
Database Migrations | data |
Data & Storage | data |
PostgreSQL Configuration | data |
Data Integrity Checks | data |
Database Tests | data |
Redis | cache_and_queue |
Redis/Caching Setup | cache_and_queue |
Message Broker | cache_and_queue |
Background Jobs | cache_and_queue |
Cache & Queue | cache_and_queue |
Event Bus (NATS) | cache_and_queue |
Network | network |
SSL/TLS | network |
Domain & SSL | network |
DNS Configuration | network |
Set Up SSL Certificate | network |
Configure Nginx | network |
CDN & Edge | network |
Security | security |
2. 🔒 Security (CRITICAL) | security |
Security Checklist | security |
Network Security | security |
API Security | security |
Docker Security | security |
Security Headers | security |
Security Audit | security |
Penetration Testing | security |
Security Verification | security |
Rate Limiting & CORS | security |
Secrets Management | secrets |
Secrets & Credentials | secrets |
Environment Variables | secrets |
14. Checklist > Required Environment Variables: | secrets |
Environment Configuration | secrets |
API Keys | secrets |
Stripe API keys | secrets |
Application > Configuration | secrets |
Authentication & Authorization | identity |
User Roles & Permissions | identity |
Access Control | identity |
Login and sessions | identity |
Payments | payments |
Stripe Configuration | payments |
Payment Flow ⭐ CRITICAL | payments |
Billing-Specific Checks | payments |
MercadoPago Activation | payments |
Monitoring & Observability | monitoring |
📡 Monitoring & Logging | monitoring |
Redis Monitoring | monitoring |
Error Tracking | monitoring |
Alerts | monitoring |
Health & Status Checks | monitoring |
Access Logs | monitoring |
Deploy Prometheus Agent | monitoring |
Technical Metrics | monitoring |
Performance | performance |
Load Testing | performance |
Database Optimization | performance |
Frontend Performance | performance |
Core Web Vitals | performance |
Testing | testing |
Unit Tests | testing |
End-to-End Tests | testing |
Testing & Quality Assurance | testing |
Browser Testing | testing |
Functional Testing (10-15 minutes) | testing |
User Acceptance Testing (UAT) | testing |
Post-Deployment > Smoke Tests | testing | post_deployment
Security > Verification | security |
Deployment | delivery |
CI/CD Pipeline | delivery |
Code Quality & Testing | delivery |
Rollback Plan | delivery |
Feature Flags | delivery |
GitHub Actions | delivery |
Blue-Green & Canary | delivery |
Documentation | documentation |
API Documentation | documentation |
Runbooks | documentation |
Security Documentation | security |
Deployment Documentation | documentation |
Compliance & Legal | compliance |
Data Privacy (GDPR) | compliance |
Privacy & Data Protection | compliance |
Accessibility (WCAG) | compliance |
Audit Logging | compliance |
Policies | compliance |
Backups | continuity |
Database Backups | continuity |
Backups of the Database | continuity |
Backup & Disaster Recovery | continuity |
High Availability | continuity |
Pre-Deployment Backup | continuity | pre_deployment
Cost Management | cost |
💰 Budget Alerts | cost |
Third-Party Integrations | integrations |
Email Service Setup | integrations |
Webhook Setup | integrations |
Notifications | integrations |
Business Logic | business |
SEO | business |
Marketing & Content | business |
Customer Portal | business |
Team Readiness | team |
Support & Training | team |
On-Call | team |
Incident Response Plan | team |
Emergency contacts | team |
🔄 Operational | team |
Launch Day | launch | launch_day
✅ Final Checks | launch |
Ready for Production Checklist | launch |
Sign-Off | sign_off |
Sign-Off > Development Team | sign_off |
Final Approval | sign_off |
Go/No-Go | sign_off |
Rollback Procedure > Sign-off | sign_off |
Post-Deployment Sign-off | sign_off | post_deployment
Crypto-Native Mode | |
AirTM | |
Environment Variables > AirTM Mode (if applicable) | secrets |
Step 9: Deploy > ✅ Success Criteria | delivery |
Pre-Deployment | launch | pre_deployment
Pre-Deployment Phase > Database | data | pre_deployment
Pre-Launch Checklist | launch | pre_deployment
Before Go-Live | launch | pre_deployment
Prior to deployment | delivery | pre_deployment
📋 Pre-Production Tasks > Security | security | pre_deployment
Critical Pre-Flight Checks | launch | pre_deployment
Immediate Actions (Before Go-Live) | launch | pre_deployment
Final Checks (1 Week Before) | launch | week_before
The day before launch | launch | week_before
Launch Day Protocol > 48 hours before | launch | week_before
T-3 days | | week_before
T-7 | | week_before
T-7 ngay: Chuan bi | | week_before
T-14 | | pre_deployment
6 months after launch | launch | post_deployment
T=0 (Go-Live) | launch | launch_day
T+1 | | first_24h
Pre-Cutover | launch | pre_deployment
📋 Pre-Launch Day Checklist | launch | pre_deployment
Pre-Go-Live (1 Week Before) > Data Migration | data | week_before
Final Checks (30 min before) | launch | hour_before
Hypercare (2 weeks) | launch | first_month
Vulnerability Scanning | security |
Backend Optimization | performance |
User Experience | business |
Stakeholder Communication | team |
1 Hour Before Launch | launch | hour_before
T-30 minutes | | hour_before
T-4 hours | | launch_day
Deployment (T-0) | delivery | launch_day
During Deployment | delivery | launch_day
Deployment Steps > 1. Prepare the Server | hosts | launch_day
Launch Day > At Launch | launch | launch_day
Cutover | launch | launch_day
Post-Deployment > Immediate | launch | first_hour
Immediate Post-Deployment | launch | first_hour
Verification (First Hour) | launch | first_hour
1 Hour After Launch | launch | first_hour
Post-Deployment (T+1 hour) | launch | first_hour
Immediate Checks (< 5 minutes) | launch | first_hour
Within 15 minutes | | first_hour
First 24 Hours | launch | first_24h
Monitoring (First 24 Hours) | monitoring | first_24h
Post-Launch (24 Hours) | launch | first_24h
Short-term (Within 24 hours) | launch | first_24h
Day 1 | | first_24h
After one day | | first_24h
First Week | launch | first_week
Medium-term (Within 1 week) | | first_week
Post-Deployment Review (24-48 hours) | launch | first_week
7 days after | | first_week
First Month | launch | first_month
30 days after launch | launch | first_month
Post-Launch | launch | post_deployment
After Deployment | launch | post_deployment
Post-Deployment Verification > Data Integrity | data | post_deployment
Post-Deployment Verification > Functional Testing (10-15 minutes) | testing | post_deployment
Hypercare > Support | team | post_deployment
Ongoing | launch | ongoing
Maintenance > Quarterly | team | ongoing
Regular Maintenance | team | ongoing
Ongoing Operations > Monitoring Schedule | monitoring | ongoing
Data Retention (30 days) | data |
Go-Live Readiness | launch |
"""


def table() -> list[tuple[list[str], str, str]]:
    lines = [line.split("|") for line in HEADINGS.strip().splitlines()]
    return [
        ([title.strip() for title in path.split(">")], section.strip(), phase.strip()) for path, section, phase in lines
    ]


@pytest.mark.parametrize(
    ("headings", "section", "phase"), table(), ids=lambda value: " > ".join(value) if isinstance(value, list) else ""
)
def test_a_heading_means_a_section_and_a_phase(headings: list[str], section: str, phase: str) -> None:
    assert (sections.canonical(headings), sections.phase(headings)) == (section, phase)


def test_headings_without_words_mean_nothing() -> None:
    for headings in ([], [""], ["---"], ["1."], ["🔥"]):
        assert (sections.canonical(headings), sections.phase(headings)) == ("", "")


def test_a_section_without_a_meaning_inherits_that_of_the_section_around_it() -> None:
    assert sections.canonical(["Security", "Miscellaneous", "Other"]) == "security"
    assert sections.phase(["First Week", "Database"]) == "first_week"


def test_every_phrase_means_one_section_and_one_phase() -> None:
    """A phrase that stands twice would be decided by the order of the file."""
    for name in ("sections.yml", "phases.yml"):
        entries = yaml.safe_load((sections._HERE / name).read_text(encoding="utf-8"))
        said = [
            sections._words(phrase)
            for entry in entries.values()
            for strength in ("headings", "weaker", "weakest")
            for phrase in entry.get(strength, ())
        ]
        assert [words for words in said if said.count(words) > 1] == []
        assert set().union(*entries.values()) <= {"title", "opens", "closes", "headings", "weaker", "weakest"}


def test_the_sections_are_those_that_playbooks_have() -> None:
    expected = (
        *(
            "infrastructure",
            "hosts",
            "data",
            "cache_and_queue",
            "network",
            "security",
            "secrets",
            "identity",
            "payments",
        ),
        *("monitoring", "performance", "testing", "delivery", "documentation", "compliance", "continuity", "cost"),
        *("integrations", "business", "team", "launch", "sign_off"),
    )
    assert expected == sections.SECTIONS


def test_phases_follow_each_other() -> None:
    bounds = [(phase.opens, phase.closes) for phase in sections.PHASES.values()]
    assert all(opens is None or closes is None or opens < closes for opens, closes in bounds)
    assert bounds[0] == (None, None)


def test_long_headings_are_read_in_time() -> None:
    assert sections.canonical(["redis " * 2000]) == "cache_and_queue"
