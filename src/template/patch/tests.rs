//! The patcher on workbooks that are written here.

use super::*;
