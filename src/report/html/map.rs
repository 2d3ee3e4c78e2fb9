//! Matrices: what is there by two things at once, with its gaps.

use maud::{Markup, html};

use super::page::{Head, Page, folded, table, theirs};
use crate::model::matrix::{Matrix, MatrixPart};
use crate::report::matrix as told;

pub fn part(page: &Page) -> Option<Markup> {
    let matrices = &page.board.matrices;
    (!matrices.is_empty()).then(|| {
        html! {
            @for (at, matrix) in matrices.iter().enumerate() {
                section.part {
                    h3 { (theirs(&matrix.title)) }
                    @for line in told::lines(matrix) { p.note { (page.say(line)) } }
                    @for (number, one) in matrix.parts.iter().enumerate() {
                        @let block = block(page, matrix, one, &format!("t-map-{at}-{number}"));
                        @if number == 0 { (block) }
                        @else { (folded(None, &html! { (page.say(told::part(matrix, one))) }, &block)) }
                    }
                }
            }
            p.note { (page.say(told::LEGEND)) }
        }
    })
}

fn block(page: &Page, matrix: &Matrix, part: &MatrixPart, id: &str) -> Markup {
    let mut heads = vec![Head::left(page.say(told::axes(matrix)))];
    heads.extend(matrix.columns.iter().map(Head::theirs_right));
    let body = html! {
        @for (name, cells) in matrix.rows.iter().zip(&part.cells) {
            tr {
                th scope="row" { (theirs(name)) }
                @for cell in cells {
                    td.num {
                        @match cell.value.filter(|_| part.reported) {
                            Some(value) => { (value.normalize()) @if !cell.names.is_empty() { br; small { (theirs(cell.names.join(", "))) } } }
                            None => { (page.absent(told::absence(part))) }
                        }
                    }
                }
            }
        }
    };
    table(id, &html! { (page.say(told::part(matrix, part))) }, false, &heads, &body, None)
}
