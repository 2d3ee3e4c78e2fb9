//! Accepted rows, column by column.

use crate::model::fold::fold_key;

/// Values of one column, a missing one is None. Lengths equal the number of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// Distinct texts, and for each row which of them.
    Text {
        texts: Vec<String>,
        ids: Vec<Option<u32>>,
    },
    Integer(Vec<Option<i64>>),
    /// Millionths: the values of Decimal(38, 6).
    Decimal(Vec<Option<i128>>),
    /// Days since 1970-01-01.
    Date(Vec<Option<i32>>),
}

impl Column {
    pub fn len(&self) -> usize {
        match self {
            Self::Text { ids, .. } => ids.len(),
            Self::Integer(values) => values.len(),
            Self::Decimal(values) => values.len(),
            Self::Date(values) => values.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Text { ids, .. } => ids.get(row).is_none_or(Option::is_none),
            Self::Integer(values) => values.get(row).is_none_or(Option::is_none),
            Self::Decimal(values) => values.get(row).is_none_or(Option::is_none),
            Self::Date(values) => values.get(row).is_none_or(Option::is_none),
        }
    }

    pub fn text(&self, row: usize) -> Option<&str> {
        let Self::Text { texts, ids } = self else { return None };
        ids.get(row).copied().flatten().and_then(|id| texts.get(id as usize)).map(String::as_str)
    }

    /// Which of the distinct texts stands in a row.
    pub fn id(&self, row: usize) -> Option<u32> {
        if let Self::Text { ids, .. } = self { ids.get(row).copied().flatten() } else { None }
    }

    pub fn day(&self, row: usize) -> Option<i32> {
        if let Self::Date(values) = self { values.get(row).copied().flatten() } else { None }
    }

    /// A value as a key is compared: None if missing.
    pub fn key(&self, row: usize) -> Option<String> {
        match self {
            Self::Text { .. } => self.text(row).map(fold_key),
            Self::Integer(values) => values.get(row).copied().flatten().map(|value| value.to_string()),
            Self::Decimal(values) => values.get(row).copied().flatten().map(|value| value.to_string()),
            Self::Date(values) => values.get(row).copied().flatten().map(|value| value.to_string()),
        }
    }

    /// The rows for which `keep` says true.
    #[must_use]
    pub fn filter(&self, keep: &[bool]) -> Self {
        fn kept<T: Copy>(values: &[T], keep: &[bool]) -> Vec<T> {
            values.iter().zip(keep).filter(|(_, keep)| **keep).map(|(value, _)| *value).collect()
        }
        match self {
            Self::Text { texts, ids } => Self::Text { texts: texts.clone(), ids: kept(ids, keep) },
            Self::Integer(values) => Self::Integer(kept(values, keep)),
            Self::Decimal(values) => Self::Decimal(kept(values, keep)),
            Self::Date(values) => Self::Date(kept(values, keep)),
        }
    }
}

/// The accepted rows of one table: names and columns, and each row's zero-based place in the sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    pub columns: Vec<(String, Column)>,
    pub places: Vec<u32>,
}

impl Rows {
    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(column, _)| column == name).map(|(_, column)| column)
    }

    #[must_use]
    pub fn filter(&self, keep: &[bool]) -> Self {
        if keep.iter().all(|keep| *keep) {
            return self.clone();
        }
        Self {
            columns: self.columns.iter().map(|(name, column)| (name.clone(), column.filter(keep))).collect(),
            places: self.places.iter().zip(keep).filter(|(_, keep)| **keep).map(|(place, _)| *place).collect(),
        }
    }
}
