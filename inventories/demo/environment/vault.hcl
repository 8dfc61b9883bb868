# What the verifier may ask the store, as docs/howto/vault.md says: no value of a secret is among it.
path "secret/metadata/shop/*" { capabilities = ["read"] }
path "secret/subkeys/shop/*"  { capabilities = ["read"] }

path "sys/audit"                   { capabilities = ["read", "sudo"] }
path "sys/config/state/sanitized"  { capabilities = ["read"] }
path "sys/ha-status"               { capabilities = ["read"] }
path "sys/policies/acl"            { capabilities = ["list"] }
path "sys/policies/acl/*"          { capabilities = ["read"] }
path "auth/token/accessors"        { capabilities = ["list", "sudo"] }
path "auth/token/lookup-accessor"  { capabilities = ["update"] }
