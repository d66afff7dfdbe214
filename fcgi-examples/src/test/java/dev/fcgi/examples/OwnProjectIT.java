package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A user's own project, with the dependency that the README shows and the library installed. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OwnProjectIT {
    @TempDir
    Path directory;

    @Test
    void compilesAsAModule() throws Exception {
        String readme = Files.readString(Installed.sources().resolve("README.md"));
        Matcher dependency = Pattern.compile("<dependency>.*?</dependency>", Pattern.DOTALL).matcher(readme);
        assertTrue(dependency.find());
        Path project = Files.createDirectory(directory.resolve("project"));
        Files.writeString(project.resolve("pom.xml"), pom(dependency.group()));
        Path sources = Files.createDirectories(project.resolve("src/main/java/app"));
        Files.writeString(sources.resolveSibling("module-info.java"), "module app { requires dev.fcgi; }\n");
        Files.writeString(sources.resolve("App.java"), """
                package app;

                import dev.fcgi.Request;

                class App {
                    static String name(Request request) {
                        return request.meta("REMOTE_ADDR");
                    }
                }
                """);
        try (Child maven = Installed.in(directory).maven(project, "-q", "compile")) {
            assertEquals(0, maven.exitStatus(Await.LIMIT.multipliedBy(3)), maven.stdout());
        }
        assertTrue(Files.exists(project.resolve("target/classes/app/App.class")));
    }

    static String pom(String dependency) {
        return """
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
                  <build>
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
                  </build>
                </project>
                """.formatted(dependency);
    }
}
