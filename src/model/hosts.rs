//! Lists of hosts that may be reached.

/// Whether a list names a host; an empty list names every one. `*.example.eu` stands for every host below that name.
pub fn listed(list: &[String], host: &str) -> bool {
    let host = host.trim_end_matches('.').to_lowercase();
    let fits = |pattern: &String| {
        let pattern = pattern.trim_end_matches('.').to_lowercase();
        match pattern.strip_prefix("*.") {
            Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            None => pattern == host,
        }
    };
    list.is_empty() || list.iter().any(fits)
}
