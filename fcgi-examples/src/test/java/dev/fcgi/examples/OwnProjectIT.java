package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A user's own project, with the dependency that the README shows and the library installed. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OwnProjectIT {
    @TempDir
    Path directory;

    @Test
    void compilesAsAModule() throws Exception {
        assumeTrue(LongRun.ASKED, "only with -Dfcgi.long");
        DocPage readme = DocPage.of("README.md");
        Installed installed = Installed.in(directory);
        compile(directory.resolve("project"), installed.repository, readme.snippet("<dependency>"), "");
        assertTrue(readme.snippet("implementation(").contains("dev.fcgi:fcgi-core:" + installed.version + '"'));
    }

    /** Makes a project with that dependency and further elements of its POM, and compiles it with a local repository. */
    static void compile(Path project, Path repository, String dependency, String more) throws Exception {
        Path sources = Files.createDirectories(project.resolve("src/main/java/app"));
        Files.writeString(sources.resolveSibling("module-info.java"), "module app { requires dev.fcgi; }\n");
        Files.writeString(sources.resolve("App.java"), """
                package app;

                import dev.fcgi.Request;

                class App {
                    static String address(Request request) {
                        return request.meta("REMOTE_ADDR");
                    }
                }
                """);
        Files.writeString(project.resolve("pom.xml"), """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>org.example</groupId>
                  <artifactId>app</artifactId>
                  <version>1</version>
                  <properties>
                    <maven.compiler.release>21</maven.compiler.release>
                    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
                  </properties>
                  <dependencies>
                %s
                  </dependencies>
                  %s
                  <build>
                    <pluginManagement>
                      <plugins>
                        <plugin>
                          <artifactId>maven-compiler-plugin</artifactId>
                          <version>3.15.0</version>
                        </plugin>
                        <plugin>
                          <artifactId>maven-resources-plugin</artifactId>
                          <version>3.5.0</version>
                        </plugin>
                      </plugins>
                    </pluginManagement>
                  </build>
                </project>
                """.formatted(dependency, more));
        try (Child maven = Installed.maven(repository, project, "-q", "compile")) {
            assertEquals(0, maven.exitStatus(Await.LIMIT.multipliedBy(3)), maven.stdout());
        }
        assertTrue(Files.exists(project.resolve("target/classes/app/App.class")));
    }
}
